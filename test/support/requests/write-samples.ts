import {
  type OperationName,
  operationNames,
  operations,
  type RequestOf,
} from '../../../shared/operations.ts';

/** The rows that write. */
export type WriteName = {
  [Name in OperationName]: (typeof operations)[Name]['method'] extends 'POST' ? Name : never;
}[OperationName];

export const isWriteName = (name: OperationName): name is WriteName => operations[name].method === 'POST';
export const writeNames = operationNames.filter(isWriteName);

/**
 * For each row that writes: a request with every field, and one with the required fields only. The documents of the last
 * rows belong to the users of the first.
 */
export const samples: { [Name in WriteName]: { whole: RequestOf<Name>; least: RequestOf<Name> } } = {
  createUser: {
    whole: {
      identity: { email: 'ada@example.com', firstName: ' Ada ', lastName: 'Lovelace', roleName: 'student' },
      externalReferences: [
        { namespace: 'SIS', externalId: 'S-1' },
        { namespace: 'SIS', externalId: 'S-2' },
      ],
      profile: {
        preferredName: '',
        phone: '+44 20 7946 0000',
        currency: 'GBP',
        address: {
          line1: '12 St James’s Square',
          line2: ' ',
          line3: 'c/o\tBabbage',
          city: 'London',
          state: 'Greater London',
          zip: 'SW1Y 4LB',
          country: 'GB',
          dateOfBirth: '2000-02-29',
          citizenship: 'GB',
        },
      },
    },
    least: {
      identity: { email: 'ada@example.com', firstName: 'Ada', lastName: 'Lovelace', roleName: 'student' },
      externalReferences: [{ namespace: 'SIS', externalId: 'S-1' }],
    },
  },
  createInvitation: {
    whole: {
      email: 'grace@example.com',
      identity: { firstName: ' Grace ', lastName: 'Hopper 🐛' },
      externalReferences: [
        { namespace: 'SIS', externalId: 'S-1' },
        { namespace: 'sis', externalId: 'S-1' },
      ],
      message: '  Welcome,\n\tGrace.  ',
      roles: ['student', ' faculty '],
    },
    least: {
      email: 'grace@example.com',
      identity: { firstName: 'Grace', lastName: 'Hopper' },
      externalReferences: [{ namespace: 'SIS', externalId: 'S-1' }],
    },
  },
  submitDocument: {
    whole: {
      externalReference: { namespace: 'SIS', externalId: 'S-1' },
      documentType: ' OFFICIAL_TRANSCRIPT ',
      file: btoa('%PDF-1.7\n'),
      filename: 'Zeugnis “A” 🐛.pdf',
      verificationIntent: 'attest',
      attestationReferenceId: 'A-1',
      verificationMetadata: { '': null, term: [2026, { ' ': true }, []], toString: 'ä' },
    },
    least: {
      externalReference: { namespace: 'SIS', externalId: 'S-1' },
      documentType: 'DIPLOMA',
      file: btoa('a'),
    },
  },
  submitDocumentBatch: {
    whole: {
      items: [
        {
          itemId: ' 1 ',
          externalReference: { namespace: 'SIS', externalId: 'S-1' },
          documentType: 'AWARD_CERTIFICATE',
          file: btoa('ab'),
          filename: '',
          verificationIntent: 'store_only',
          verificationMetadata: {},
          metadata: { shelf: { row: [1.5, -1] } },
          partnerReferenceId: '',
        },
        {
          itemId: '1',
          externalReference: { namespace: 'SIS', externalId: 'S-2' },
          documentType: 'anything',
          file: btoa('abc'),
          filename: 'a.png',
          verificationIntent: 'attest',
          attestationReferenceId: 'A-2',
          metadata: {},
          partnerReferenceId: 'P-1',
        },
      ],
    },
    least: {
      items: [
        {
          itemId: '1',
          externalReference: { namespace: 'SIS', externalId: 'S-1' },
          documentType: 'DIPLOMA',
          file: btoa('a'),
        },
      ],
    },
  },
};

/** The list in a row's request, how many entries it may have, and good entries. */
export const lists: { [Name in WriteName]: List | null } = {
  createUser: { field: 'externalReferences', most: 50, entry: (index) => reference(`N${index}`) },
  createInvitation: { field: 'externalReferences', most: 50, entry: (index) => reference(`N${index}`) },
  submitDocument: null,
  submitDocumentBatch: {
    field: 'items',
    most: 25,
    entry: (index) => ({ ...samples.submitDocument.least, itemId: `item-${index}` }),
  },
};
type List = { field: string; most: number; entry: (index: number) => object };

function reference(namespace: string) {
  return { namespace, externalId: 'S-1' };
}

/** Whether a place is inside an object whose fields the contract leaves open. */
export function isFreeForm(place: Place): boolean {
  return place.some((part) => part === 'metadata' || part === 'verificationMetadata');
}

/** A place in a value, as in `['externalReferences', 0, 'namespace']`. */
export type Place = readonly (string | number)[];

/** Every place in a value, the root included, and the value there. */
export function placesIn(value: unknown, at: Place = []): { place: Place; value: unknown }[] {
  if (typeof value !== 'object' || value === null) return [{ place: at, value }];
  const inside = Object.entries(value).flatMap(([key, each]) =>
    placesIn(each, [...at, Array.isArray(value) ? Number(key) : key]),
  );
  return [{ place: at, value }, ...inside];
}

/** A copy with another value at a place; `undefined` removes the place. */
export function withValueAt(value: unknown, place: Place, put: unknown): unknown {
  const [key, ...rest] = place;
  if (key === undefined) return put;
  if (Array.isArray(value)) {
    const items: unknown[] = value;
    return items.flatMap((each, index) => {
      if (index !== key) return [each];
      const changed = withValueAt(each, rest, put);
      return changed === undefined ? [] : [changed];
    });
  }
  // JSON has no undefined, so the field is missing in what is sent.
  return JSON.parse(
    JSON.stringify({ ...Object(value), [key]: withValueAt(Reflect.get(Object(value), key), rest, put) }),
  );
}
