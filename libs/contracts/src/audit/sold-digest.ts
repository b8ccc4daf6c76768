/** The digest of no sale at all. */
export const emptySoldDigest = '0000000000000000';

/** A sold debit, or the placed order that it was for. */
export interface Sale {
  intent: number;
  name: string;
  quantity: number;
}

/**
 * Adds a sale to a digest of sales: 64 bits as 16 hexadecimal digits, a sum modulo 2^64 of one hash a sale, so that
 * the order does not matter and the catalog's and the order log's digests are equal exactly when they hold the same
 * sales. Finds mistakes, not forgery: it is no cryptographic hash.
 */
export function addToSoldDigest(digest: string, sale: Sale): string {
  const text = `${sale.intent}|${sale.name}|${sale.quantity}`;
  const low = laneOf(text, 0x9e3779b9, 0x85ebca6b);
  const high = laneOf(text, 0x243f6a88, 0xc2b2ae35);
  const sumLow = parseInt(digest.slice(8), 16) + low;
  const sumHigh = parseInt(digest.slice(0, 8), 16) + high + (sumLow > 0xffffffff ? 1 : 0);
  return hex32(sumHigh) + hex32(sumLow);
}

function hex32(value: number): string {
  return (value >>> 0).toString(16).padStart(8, '0');
}

// Multiply and rotate over the UTF-16 units, then MurmurHash3's finalizer so that neighbouring intents spread.
function laneOf(text: string, seed: number, multiplier: number): number {
  let hash = seed ^ text.length;
  for (let offset = 0; offset < text.length; offset += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(offset), multiplier);
    hash = (hash << 13) | (hash >>> 19);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
