import type * as vscode from 'vscode';
import { ClientError } from '../../shared/client-error.ts';
import { plain } from './plain-text.ts';

/** What is told of a call to the BFF: never a body, never a key. */
export type LoggedCall = {
  operation: string;
  environment: string | undefined;
  /** HTTP status; absent where no answer came. */
  status: number | undefined;
  /** Why it failed. */
  code: string | undefined;
  durationMs: number;
  requestId: string;
};

export type LogCall = (call: LoggedCall) => void;

/** One line for each call. */
export function createCallLog(channel: Pick<vscode.LogOutputChannel, 'info' | 'warn'>): LogCall {
  return (call) => (call.code === undefined ? channel.info : channel.warn)(callLine(call));
}

export function callLine({
  operation,
  environment,
  status,
  code,
  durationMs,
  requestId,
}: LoggedCall): string {
  return [
    plain(operation, 40),
    environment === undefined ? '-' : plain(environment, 60),
    status ?? '-',
    code === undefined ? 'ok' : plain(code, 60),
    `${Math.round(durationMs)} ms`,
    `request ${plain(requestId, 128)}`,
  ].join('  ');
}

/** Runs a call and logs how it ended. */
export async function logged<Answer extends { requestId: string; partner?: { status: number } | null }>(
  log: LogCall,
  operation: string,
  environment: string | undefined,
  run: () => Promise<Answer>,
): Promise<Answer> {
  const started = performance.now();
  const end = (facts: Pick<LoggedCall, 'status' | 'code' | 'requestId'>) =>
    log({ operation, environment, durationMs: performance.now() - started, ...facts });
  try {
    const answer = await run();
    end({ status: answer.partner?.status ?? 200, code: undefined, requestId: answer.requestId });
    return answer;
  } catch (error) {
    if (error instanceof ClientError) {
      end({ status: error.status, code: error.failure?.code ?? error.reason, requestId: error.requestId });
    }
    throw error;
  }
}
