/** The colour of text on a company colour: whichever of white and near-black has more contrast. */

function luminance(colour: string): number {
  const part = (at: number): number => {
    const value = parseInt(colour.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  }
  return 0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5)
}

/** `colour` as #rrggbb. */
export function readable(colour: string): string {
  const light = luminance(colour)
  const white = 1.05 / (light + 0.05)
  const dark = (light + 0.05) / (luminance('#1b1f24') + 0.05)
  return white >= dark || white >= 4.5 ? '#ffffff' : '#1b1f24'
}
