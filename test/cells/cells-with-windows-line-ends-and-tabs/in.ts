// %% file crlf.txt
x
// %%
const lines = 'a\r\nb'.split('\r\n');
if (lines.length) {
	console.log(lines);
}
