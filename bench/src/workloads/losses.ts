/** PyTorch's first losses, recorded: what every run is compared with where PyTorch itself does not run. */
export const firstLosses: Readonly<Record<string, readonly number[]>> = {}
