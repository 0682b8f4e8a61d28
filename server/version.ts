/** The version of this BFF, which is that of all its packages. */
export const version = '0.1.0';
