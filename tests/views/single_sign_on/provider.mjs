// A certified OpenID Connect provider, with the accounts of the file that is named first. The second
// argument is the address of the site. It prints its own address, and ends with its standard input.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";

// Newer versions of Node have it.
URL.parse ??= (text) => (URL.canParse(text) ? new URL(text) : null);
const { Provider } = await import("oidc-provider");

const [accountsFile, site] = process.argv.slice(2);
const claimsOf = (id) => JSON.parse(readFileSync(accountsFile, "utf8"))[id];

let handle;
const server = createServer((request, response) => handle(request, response));
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: "parley",
        client_secret: "a secret of the client",
        redirect_uris: [`${site}/accounts/oidc/callback/`],
        post_logout_redirect_uris: [`${site}/`],
      },
    ],
    claims: {
      openid: ["sub"],
      profile: ["name", "given_name", "family_name", "preferred_username", "groups"],
      email: ["email", "email_verified"],
    },
    cookies: { keys: ["a key of the test"] },
    findAccount: (_context, id) =>
      claimsOf(id) && { accountId: id, claims: () => ({ sub: id, ...claimsOf(id) }) },
    pkce: { required: () => true },
  });
  handle = provider.callback();
  console.log(issuer);
});
process.stdin.resume();
process.stdin.on("end", () => process.exit());
