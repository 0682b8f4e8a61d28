import type { ImportOperation } from '../import-record.ts';
import { fieldNamed } from './columns.ts';
import { formatCsv } from './csv-table.ts';

/** The columns of a new file, by their usual names, with an example value each. */
const columns: Record<ImportOperation, Record<string, string>> = {
  createUser: {
    'E-mail': 'ada@example.edu',
    'First name': 'Ada',
    'Last name': 'Lovelace',
    Role: 'student',
    Namespace: 'SIS',
    'External ID': '20261234',
    'Preferred name': '',
    'Date of birth': '2005-12-10',
  },
  createInvitation: {
    'E-mail': 'ada@example.edu',
    'First name': 'Ada',
    'Last name': 'Lovelace',
    Namespace: 'SIS',
    'External ID': '20261234',
    Message: '',
  },
  submitDocument: {
    Namespace: 'SIS',
    'External ID': '20261234',
    'Document type': 'OFFICIAL_TRANSCRIPT',
    File: 'transcript-20261234.pdf',
  },
};

/** A file to start from: a header and one example row. */
export function importTemplate(operation: ImportOperation): string {
  const row = columns[operation];
  return formatCsv([Object.keys(row), Object.values(row)]);
}

/** The columns of a new file, and the field of each. */
export function templateFields(operation: ImportOperation) {
  return Object.keys(columns[operation]).map((header) => ({ header, field: fieldNamed(operation, header) }));
}
