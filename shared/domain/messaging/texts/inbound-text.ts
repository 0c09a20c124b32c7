import * as z from 'zod';

/**
 * What AWS End User Messaging SMS publishes of a text that somebody sent to the company's number
 * ("Example of a two-way SMS message payload"). Only what is used.
 */
export const inboundTextSchema = z.object({
  /** Whose phone it came from, E.164. */
  originationNumber: z.string().min(1),
  messageBody: z.string(),
  inboundMessageId: z.string().min(1),
  /** The provider's id of the message that it answers. */
  previousPublishedMessageId: z.string().optional(),
});

/** The words that end texts, as carriers ask for them and people write them. */
const stopWords = `
  stop stopall unsubscribe cancel end quit optout revoke arret
  baja alto parar cancelar sair remover stopp abmelden abbestellen ende
  arrêt arrêter désabonner désinscrire cancella disiscrivi ferma basta
  afmelden stoppen sluta avsluta afmeld framelda avmeld lopeta peruuta hætta
  atteikties beigt pietiek apturēt atsisakyti stabdyti loobu lõpeta stopsms smsstop
  koniec rezygnuję wypisz konec odhlásit odhlásiť leiratkozás dezabonare odjava dur iptal ret
  διακοπή τέλος стоп отписка отписаться отмена відписка відписатися зупинити спри`;

/** The words that begin them again. No word for yes is among them: it answers questions. */
const startWords = `
  start unstop subscribe resume optin iniciar comenzar débuter démarrer
  anmelden inizia iscrivi aanmelden börja tilmeld påmeld aloita
  começar sākt pieteikties pradėti alusta liitu wznów zapisz začít
  başlat έναρξη старт начать подписаться почати підписатися`;

/** Case, accents, punctuation and spaces say nothing. */
const folded = (text: string): string =>
  text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');

const wordsOf = (words: string): ReadonlySet<string> =>
  new Set(words.trim().split(/\s+/).map(folded));
const stops = wordsOf(stopWords);
const starts = wordsOf(startWords);

/** What a text to the company's number means: only a word that is the whole of it ends or begins anything. */
export function meaningOf(text: string): 'stop' | 'start' | 'reply' {
  const word = folded(text);
  if (stops.has(word)) return 'stop';
  return starts.has(word) ? 'start' : 'reply';
}

/** As much of an answer as is kept, in characters. */
export const maxReplyCharacters = 1_600;
