import type { Endpoints } from '../../shared/endpoints.ts';
import type { DocsOf } from './endpoint-doc.ts';
import { operationDocs } from './operation-docs.ts';
import { ownDocs } from './own-docs.ts';

/** The words for each row of the table. */
export const endpointDocs: DocsOf<Endpoints> = { ...operationDocs, ...ownDocs };
