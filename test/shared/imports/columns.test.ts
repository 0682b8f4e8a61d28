import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { importOperations } from '../../../shared/import-record.ts';
import { fieldNamed, fieldNames, requiredFields } from '../../../shared/imports/columns.ts';
import { importTemplate, templateFields } from '../../../shared/imports/template.ts';
import { pathWords } from '../../../shared/validate.ts';
import { check, read } from './read.ts';

describe('the columns of an import', () => {
  for (const operation of importOperations) {
    it(`can name every field of ${operation} by the contract’s path`, () => {
      const names = fieldNames(operation).filter((name) => !name.endsWith('*'));
      assert(names.length > 4);
      for (const name of names) assert.equal(pathWords(fieldNamed(operation, name) ?? []), name);
    });

    it(`of the template for ${operation} fill every required field, and its example row is valid`, async () => {
      const fields = templateFields(operation).map(({ field }) => pathWords(field ?? []));
      assert(!fields.includes(''), String(fields));
      for (const name of requiredFields(operation)) assert(fields.includes(name), name);
      const { faults, remarks } = await read(importTemplate(operation), operation);
      assert.deepEqual([faults, remarks], [[], []]);
      const [row] = await check(importTemplate(operation), operation);
      assert.deepEqual(row?.faults, []);
    });
  }

  it('that are required come from the contract', () => {
    assert.deepEqual(requiredFields('createInvitation'), [
      ...['email', 'identity.firstName', 'identity.lastName'],
      ...['externalReferences[0].namespace', 'externalReferences[0].externalId'],
    ]);
  });

  // Some systems write an accent as a character of its own.
  for (const [language, header] of Object.entries({
    German: 'Vorname;Nachname;Matrikel-Nr.;E-Mail;Namespace',
    'other German': 'VORNAME;Familienname;Matrikelnummer;E-Mail-Adresse;Namespace',
    French: 'Prénom;Nom de famille;Numéro étudiant;Adresse e-mail;Namespace',
    'decomposed French': 'Prénom;Nom;Numéro étudiant;Courriel;Namespace'.normalize('NFD'),
    Spanish: 'Nombre;Apellidos;Matrícula;Correo electrónico;Namespace',
  }))
    it(`are known in ${language}`, async () => {
      const { columns } = await read(`${header}\na;b;c;d;e\n`);
      assert.deepEqual(
        columns.map(({ field }) => pathWords(field ?? [])),
        [
          ...['identity.firstName', 'identity.lastName', 'externalReferences[0].externalId', 'email'],
          'externalReferences[0].namespace',
        ],
      );
    });

  it('cannot write into an object’s prototype', () => {
    assert.equal(fieldNamed('submitDocument', 'verificationMetadata.__proto__'), undefined);
  });

  it('have no field if their name is unknown', () => {
    for (const name of [
      '',
      ' ',
      '-',
      'Notes',
      'identity',
      'externalReferences',
      'firstName.x',
      '__proto__',
      'constructor',
    ])
      assert.equal(fieldNamed('createInvitation', name), undefined, name);
  });
});
