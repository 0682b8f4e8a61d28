const { PATH, NODE_COMPILE_CACHE } = process.env;

/** What a program needs of our environment when it is to see nothing else of it: where programs are, and what is compiled. */
export const programVariables = { PATH, NODE_COMPILE_CACHE };
