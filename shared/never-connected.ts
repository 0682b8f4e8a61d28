/**
 * What Node says if no connection was made: the code, and the call of the system that failed. Any other failure can come
 * after the request has left, as `ECONNRESET read` and plain text in place of TLS do. A browser does not tell why.
 */
const beforeConnection =
  /^(ECONNREFUSED|ENOTFOUND|EAI_|UND_ERR_CONNECT_|(?!ERR_SSL)\S*(CERT|SIGNATURE)|ERR_SSL_(?!WRONG)\S*(VERSION|PROTOCOL|HANDSHAKE)|\S* (connect |getaddrinfo |.+ before secure TLS ))/;

/** Whether an error of `fetch` says that there was no connection, so that no byte of the request was sent. */
export function neverConnected(error: unknown): boolean {
  const { cause = error } = Object(error);
  // A name with several addresses has a failure for each.
  const failures: unknown[] = Object(cause).errors ?? [cause];
  return (
    failures.length > 0 &&
    failures.every((each) => {
      const { code, message } = Object(each);
      return beforeConnection.test(`${code} ${message}`);
    })
  );
}
