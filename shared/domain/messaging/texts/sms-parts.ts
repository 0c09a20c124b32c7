/**
 * The characters of one septet each, and those of two (an escape before them): the default alphabet
 * of GSM 03.38 (3GPP TS 23.038, section 6.2.1) and its extension table (section 6.2.1.1).
 */
const alphabet = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?' +
    '¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);
const extension = new Set('\f^{}\\[~]|€');

/** Units of a text that goes alone, and of each part of one that does not (3GPP TS 23.040, 9.2.3.24.1). */
const room = {
  gsm: { alone: 160, part: 153 },
  ucs2: { alone: 70, part: 67 },
} as const;

/**
 * The parts that a text message is sent, and paid for, as. Any character outside the alphabet makes all
 * of it UCS-2; what takes two units is never cut in two.
 */
export function smsParts(text: string): number {
  const characters = Array.from(text);
  const isGsm = characters.every(
    (character) => alphabet.has(character) || extension.has(character),
  );
  const sizes = characters.map((character) =>
    isGsm ? (extension.has(character) ? 2 : 1) : character.length,
  );
  const { alone, part } = isGsm ? room.gsm : room.ucs2;
  const units = sizes.reduce((sum, size) => sum + size, 0);
  if (units <= alone) return 1;
  let parts = 1;
  let filled = 0;
  for (const size of sizes) {
    if (filled + size > part) {
      parts += 1;
      filled = 0;
    }
    filled += size;
  }
  return parts;
}
