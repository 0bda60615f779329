// %%
const URL = 'url', Map = [1], console2 = console, fetch = () => 'mine', Symbol2 = Symbol, display = 5, $ = 6, $0 = 7, _ = 8;
// %%
[URL, Map, fetch(), display, $, $0, _]
