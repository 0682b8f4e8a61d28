/** With `__Host-`, browsers accept the cookie only over https, for the whole host, and not from a sibling domain (RFC 6265bis, 4.1.3.2). */
export const sessionCookie = '__Host-pearsana-session';
