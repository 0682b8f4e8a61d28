import { documentTypes } from '../../../shared/documents.ts';
import type { Option } from './step.ts';

/** Whether Pearsana lists this type. */
export function isDocumentedType(type: unknown): boolean {
  return Object.values<readonly unknown[]>(documentTypes).some((types) => types.includes(type));
}

/** The types that Pearsana lists, in its groups, and one more for any other. */
export function documentTypeOptions(otherId: string): Option[] {
  return [
    ...Object.entries(documentTypes).flatMap(([group, types]) =>
      types.map((type, index) => ({ id: type, label: type, ...(index === 0 && { separatorAbove: group }) })),
    ),
    { id: otherId, label: 'Another type…', separatorAbove: 'other' },
  ];
}
