import { bodyCapOf } from '../../../../shared/endpoint-row.ts';
import { operations } from '../../../../shared/operations.ts';
import type { WriteName } from '../../../support/requests/write-samples.ts';

const document = 3_000;
const batch = 6_000;

/** Settings with small limits, so that a body of exactly the cap is not megabytes large. */
export const smallLimits = { MAX_DOCUMENT_BYTES: String(document), MAX_BATCH_BYTES: String(batch) };

/** The largest body of a row with these. */
export const capsOf = (name: WriteName) => bodyCapOf(operations[name], { document, batch });
