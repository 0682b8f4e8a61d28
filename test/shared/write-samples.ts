import { type OperationName, operationNames, operations, type RequestOf } from '../../shared/operations.ts';

/** The rows that write. */
export type WriteName = {
  [Name in OperationName]: (typeof operations)[Name]['writes'] extends true ? Name : never;
}[OperationName];

export const writeNames = operationNames.filter((name): name is WriteName => operations[name].writes);

/** Of each row that writes: a request with every field, and one with those alone that must be there. */
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
};

/** A place in a value, as in `['externalReferences', 0, 'namespace']`. */
export type Place = readonly (string | number)[];

/** Every place in a value, its own root included, and what stands there. */
export function placesIn(value: unknown, at: Place = []): { place: Place; value: unknown }[] {
  if (typeof value !== 'object' || value === null) return [{ place: at, value }];
  const inside = Object.entries(value).flatMap(([key, each]) =>
    placesIn(each, [...at, Array.isArray(value) ? Number(key) : key]),
  );
  return [{ place: at, value }, ...inside];
}

/** A copy with another value at a place; `undefined` takes the place itself away. */
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
  // JSON knows no undefined, so what is sent lacks it.
  return JSON.parse(
    JSON.stringify({ ...Object(value), [key]: withValueAt(Reflect.get(Object(value), key), rest, put) }),
  );
}
