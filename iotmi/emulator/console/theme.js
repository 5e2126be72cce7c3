// Applies the remembered theme before the first paint. Not a module, because modules run later.
try {
  const theme = localStorage.getItem("iotmi.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage is blocked: the theme of the system applies.
}
