// The second entry point of the npm package, for tools that import rosters themselves. It needs papaparse.
export { fileDigest } from '../shared/digest.ts';
export { referencesOf } from '../shared/external-references.ts';
export type { ImportOperation, ImportRecord } from '../shared/import-record.ts';
export { type CheckedRow, checkRoster } from '../shared/imports/check-roster.ts';
export type { ImportTarget } from '../shared/imports/client-calls.ts';
export { fieldNames, requiredFields } from '../shared/imports/columns.ts';
export { type Fault, faultWords } from '../shared/imports/fault.ts';
export {
  type ImportControl,
  type ImportEnd,
  type ImportOptions,
  type ImportTiming,
  runImport,
} from '../shared/imports/import-loop.ts';
export type { PauseReason } from '../shared/imports/pause-rules.ts';
export { type ImportPlan, planImport } from '../shared/imports/plan-import.ts';
export { type RowResult, resultsFile, toMendFile } from '../shared/imports/result-files.ts';
export { type ColumnWords, type Roster, readRoster } from '../shared/imports/roster.ts';
export type { RowEnd } from '../shared/imports/row-end.ts';
export { importTemplate } from '../shared/imports/template.ts';
export { createImportCalls } from './import-calls.ts';
