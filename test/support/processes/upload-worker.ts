// A thread that uploads, with its own stand-in for Pearsana, so that the test's thread can watch other calls.
import { parentPort, workerData } from 'node:worker_threads';
import { startFaultServer } from '../partner/fault-server.ts';

/** What it is started with. */
export type Uploads = { headers: Record<string, string>; bodies: readonly string[] };

const { headers, bodies }: Uploads = workerData;
const { auth, api, stop } = await startFaultServer();
parentPort?.postMessage({ authUrl: auth.url, apiUrl: api.url });
parentPort?.once('message', async (url: string) => {
  const statuses = await Promise.all(
    bodies.map(async (body) => {
      const answer = await fetch(url, { method: 'POST', headers, body });
      await answer.arrayBuffer();
      return answer.status;
    }),
  );
  await stop();
  parentPort?.postMessage(statuses);
});
