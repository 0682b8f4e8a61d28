import type { CommandHandlers, Failed } from '../contributions.ts';

export type SignInFirstDependencies = {
  isSignedIn: () => Promise<boolean>;
  signIn: () => ReturnType<CommandHandlers['pearsana.signIn']>;
};

/** A command that signs in first where nobody is signed in, and then goes on; whoever gives that up gives up the command. */
export function signInFirst<Given extends unknown[], Result>(
  act: (...given: Given) => Result | Promise<Result>,
  { isSignedIn, signIn }: SignInFirstDependencies,
): (...given: Given) => Promise<Result | Failed | undefined> {
  return async (...given) => {
    if (!(await isSignedIn())) {
      const result = await signIn();
      if (result === undefined || 'error' in result) return result;
    }
    return act(...given);
  };
}
