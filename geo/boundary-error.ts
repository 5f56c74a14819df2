/** A file, folder or address given by a person cannot be used; the message says which, why, and what to do. */
export class BoundaryError extends Error {
  override name = 'BoundaryError';
}
