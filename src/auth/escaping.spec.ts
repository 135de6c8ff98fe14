import { escapeTexts } from './escaping.js';

describe('escapeTexts', () => {
  it('makes text that HTML shows as text, and leaves what is no text', () => {
    const date = new Date();
    expect(escapeTexts({ message: `<img src="x" onerror='alert(1)'> & co`, seq: 1, is_media: false, email: null, created_date: date })).toEqual({
      message: '&lt;img src=&quot;x&quot; onerror=&#39;alert(1)&#39;&gt; &amp; co',
      seq: 1,
      is_media: false,
      email: null,
      created_date: date,
    });
  });

  it('keeps addresses good as addresses', () => {
    const url = 'https://media.example.com/a.png?x=1&y=2';
    expect(escapeTexts({ mediaUrl: url, thumbnailUrl: `${url}"><script>`, display_image: "javascript:'" })).toEqual({ mediaUrl: url, thumbnailUrl: `${url}%22%3E%3Cscript%3E`, display_image: 'javascript:%27' });
  });
});
