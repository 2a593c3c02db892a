// The page is ready.
if (fields.size) document.querySelector("main").append(bar);
fromAddress();
