/** What an error says, for the user to read. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
