import { readListCsv } from '../../shared/domain/lists/static-list-csv.ts';
import { listUploadSchema, maxUploadBytes } from '../../shared/domain/lists/static-list-upload.ts';
import { requireList } from '../../shared/flows/lists/static-list-status.ts';
import { uploadToList } from '../../shared/flows/lists/upload-to-list.ts';
import { route } from '../../shared/runtime/http/route.ts';

/** People are put into a static list. Rows that name nobody are reported, and the others kept. */
export const addToStaticList = route({
  method: 'POST',
  path: '/admin/lists/{id}/members',
  summary:
    'Put people into a static list, up to 10 000 rows and 2 MB: JSON, or CSV whose first row names email, phone, ' +
    'externalId or profile. Answers { accepted: people, errors: [{ row, path, message }] }; 422 when no row names anybody',
  auth: 'market',
  body: listUploadSchema,
  upload: { maxBytes: maxUploadBytes, csv: readListCsv },
  status: 202,
  handle: async ({ params, body }, ports) => {
    const list = await requireList(ports.table, params['id'] ?? '');
    return uploadToList(list, { change: 'add', body }, ports);
  },
});
