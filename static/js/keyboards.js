// Which key of a keyboard gives which character, for typing words into an instance whose layout is known.
"use strict";

// The keys of a keyboard with 105 keys, as KeyboardEvent.code names them, and below what each gives in a layout: alone,
// with Shift, and with AltGr. A blank stands for nothing, or for an accent that waits for its letter.
const KEYS = [
  "Backquote", ..."1234567890".split("").map((digit) => `Digit${digit}`), "Minus", "Equal",
  ..."QWERTYUIOP".split("").map((letter) => `Key${letter}`), "BracketLeft", "BracketRight",
  ..."ASDFGHJKL".split("").map((letter) => `Key${letter}`), "Semicolon", "Quote", "Backslash",
  "IntlBackslash", ..."ZXCVBNM".split("").map((letter) => `Key${letter}`), "Comma", "Period", "Slash",
];
const LAYOUTS = {
  us: ["`1234567890-=qwertyuiop[]asdfghjkl;'\\ zxcvbnm,./", "~!@#$%^&*()_+QWERTYUIOP{}ASDFGHJKL:\"| ZXCVBNM<>?", ""],
  uk: ["`1234567890-=qwertyuiop[]asdfghjkl;'#\\zxcvbnm,./", "¬!\"£$%^&*()_+QWERTYUIOP{}ASDFGHJKL:@~|ZXCVBNM<>?", "¦   €"],
  de: [" 1234567890ß qwertzuiopü+asdfghjklöä#<yxcvbnm,.-", "°!\"§$%&/()=? QWERTZUIOPÜ*ASDFGHJKLÖÄ'>YXCVBNM;:_", "  ²³   {[]}\\ @ €         ~           |      µ"],
  fr: ["²&é\"'(-è_çà)=azertyuiop $qsdfghjklmù*<wxcvbn,;:!", " 1234567890°+AZERTYUIOP £QSDFGHJKLM%µ>WXCVBN?./§", "  ~#{[|`\\^@]}  €         ¤"],
};
const OTHERS = { "\n": "Enter", "\t": "Tab", " ": "Space" };
const NAMED = { "\n": 0xff0d, "\t": 0xff09 };

// X11's number of a character: its own in Latin-1, and its Unicode beyond.
export function keysymOf(character) {
  const point = character.codePointAt(0);
  return NAMED[character] ?? (point < 0x100 ? point : 0x1000000 + point);
}

// The key for a character and what must be held with it, or null where the layout has none.
export function keyFor(layout, character) {
  if (OTHERS[character]) return { code: OTHERS[character], shift: false, level3: false };
  const rows = LAYOUTS[layout] ?? LAYOUTS.us;
  for (const [level, row] of rows.entries()) {
    const at = [...row].indexOf(character);
    if (at >= 0) return { code: KEYS[at], shift: level === 1, level3: level === 2 };
  }
  return null;
}
