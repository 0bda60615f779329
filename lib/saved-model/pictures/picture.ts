/** Rows of pixels, each of 1 (grey), 2 (grey, alpha), 3 or 4 numbers. */
export type Picture = { height: number; width: number; channels: number; data: Uint8Array | Uint16Array };

/** No request may ask for gigabytes by a few bytes of a header. */
export const MAX_PIXELS = 2 ** 26;
