import { download } from '../../text/download.ts';

/** Hands a picture to the phone's own way of sending things on; where there is none, to keep. */
export async function sharePicture(name: string, blob: Blob, text: string): Promise<'shared' | 'saved'> {
  const file = new File([blob], name, { type: blob.type });
  const offer = { files: [file], text };
  if ('canShare' in navigator && navigator.canShare(offer)) {
    try {
      await navigator.share(offer);
      return 'shared';
    } catch (error) {
      // Closed by the reader: nothing to keep either. Anything else: keep the picture.
      if (error instanceof DOMException && error.name === 'AbortError') return 'shared';
    }
  }
  download(name, blob);
  return 'saved';
}
