// %%
const name = 'n', status = 1, top = 2, event = 3, self = 4, window = 5, document = 6, length = 7, origin = 'o', parent = 8, location = 9, history = 10, print = 11, open = 12, close = 13, stop = 14, find = 15, alert = 16;
// %%
[name, status, top, event, self, window, document, length, origin, parent, location, history, print, open, close, stop, find, alert]
