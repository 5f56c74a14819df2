import './Upload.css';
import { ApiError } from '../api/client.ts';
import { useWords } from '../i18n/index.ts';
import { AskKey } from '../shell/AskKey.tsx';
import { Page } from '../shell/Page.tsx';
import { Columns } from './Columns.tsx';
import { FilePart } from './FilePart.tsx';
import { ListDefaults } from './ListDefaults.tsx';
import { Once } from './Once.tsx';
import { Preview } from './Preview.tsx';
import { SendPart } from './SendPart.tsx';
import { useUpload } from './use-upload.ts';

/** Did my list arrive? A file of the centre's own, row by row, until the service has it. */
export default function UploadPage() {
  const { t } = useWords();
  const upload = useUpload();
  const { refused } = upload;
  return (
    <Page title={t('upload.title')} about={t('upload.about')}>
      {/* A key that may only send is answered with 403 here, and is enough for this page. */}
      {refused instanceof ApiError && refused.status === 401 && !upload.sending && (
        <AskKey error={refused} onKey={() => undefined} />
      )}
      <FilePart upload={upload} />
      {upload.chosen && (
        <>
          <Columns upload={upload} chosen={upload.chosen} />
          <ListDefaults upload={upload} />
          <SendPart upload={upload} chosen={upload.chosen} />
          <Preview upload={upload} chosen={upload.chosen} />
        </>
      )}
      <Once />
    </Page>
  );
}
