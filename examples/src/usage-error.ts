/** Something the user can put right: shown as one line, exit code 2. */
export class UsageError extends Error {}
