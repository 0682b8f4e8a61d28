/** The version of this package. A test holds that it is the one in package.json. */
export const clientVersion = '0.1.0';
