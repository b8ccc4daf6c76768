/** Commands of the simulation are short ASCII texts. */
export function bytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  writeText(text, bytes);
  return bytes;
}

export function writeText(text: string, into: Uint8Array): void {
  for (let offset = 0; offset < text.length; offset += 1) into[offset] = text.charCodeAt(offset);
}

export function textOf(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
