import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { backendOrigin, createClient } from '../../shared/client.ts';

describe('the origin of a BFF’s address', () => {
  for (const [address, origin] of [
    ['http://127.0.0.1:8787', 'http://127.0.0.1:8787'],
    ['http://127.0.0.1:8787/', 'http://127.0.0.1:8787'],
    ['http://localhost:1', 'http://localhost:1'],
    ['http://[::1]:1', 'http://[::1]:1'],
    ['HTTP://LOCALHOST', 'http://localhost'],
    ['https://bff.example.com', 'https://bff.example.com'],
    ['https://BFF.example.com:443/', 'https://bff.example.com'],
    ['https://bff.example.com:8443', 'https://bff.example.com:8443'],
  ] as const) {
    it(`of ${address} is ${origin}`, () => assert.equal(backendOrigin(address), origin));
  }

  for (const [address, message] of [
    ['', /must look like/],
    ['127.0.0.1:8787', /must look like/],
    ['localhost:8787', /must look like/],
    ['ftp://127.0.0.1', /must look like/],
    ['file:///etc/passwd', /must look like/],
    ['javascript:alert(1)', /must look like/],
    ['http://bff.example.com', /must be https/],
    ['http://192.168.0.1', /must be https/],
    ['http://127.0.0.1.evil.example', /must be https/],
    ['http://localhost.evil.example', /must be https/],
    ['http://127.0.0.1@evil.example', /must be https/],
    ['http://user@127.0.0.1:8787', /scheme, host and port alone/],
    ['https://:password@bff.example.com', /scheme, host and port alone/],
    ['https://bff.example.com/api', /scheme, host and port alone/],
    ['https://bff.example.com/?a=b', /scheme, host and port alone/],
    ['https://bff.example.com/#a', /scheme, host and port alone/],
  ] as const) {
    it(`is refused for “${address}”`, () => {
      assert.throws(() => backendOrigin(address), { name: 'TypeError', message });
      assert.throws(() => createClient({ baseUrl: address }), { name: 'TypeError', message });
    });
  }
});
