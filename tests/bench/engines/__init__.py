"""The main flow of the site in the engines of all browsers: Chromium, Firefox and WebKit."""
