/** `__Host-`: a browser takes it over https only, for the whole host, and from no neighbour of it (RFC 6265bis, 4.1.3.2). */
export const sessionCookie = '__Host-pearsana-session';
