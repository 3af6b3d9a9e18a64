/**
 * Forms that a passkey answers: `data-passkey` is "create" or "get". The options are on the page,
 * or at the address of `data-options`, which is asked when they are needed.
 */

const OPTIONS_ELEMENT = "js_data";

/** @typedef {{creation_options?: {publicKey: PublicKeyCredentialCreationOptionsJSON},
 *   request_options?: {publicKey: PublicKeyCredentialRequestOptionsJSON}}} Options */

/** The request that the browser offers in the suggestions of the username. */
let offered = new AbortController();

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (form instanceof HTMLFormElement) {
    prepare(form);
  }
}

/** @param {HTMLFormElement} form */
function prepare(form) {
  const possible = canHavePasskeys();
  for (const part of form.querySelectorAll("[data-when]")) {
    /** @type {HTMLElement} */ (part).hidden =
      /** @type {HTMLElement} */ (part).dataset.when !== (possible ? "possible" : "impossible");
  }
  if (!possible) {
    return;
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    offered.abort();
    answer(form).catch(() => showProblem(form));
  });
  if (form.dataset.options) {
    offerInSuggestions(form).catch(() => {});
  }
}

/** Browsers know passkeys for names alone, and some have none: they offer neither of the two. */
function canHavePasskeys() {
  const address = /^[\d.]+$|^\[/.test(location.hostname);
  return !address && "parseRequestOptionsFromJSON" in (window.PublicKeyCredential ?? {});
}

/**
 * @param {HTMLFormElement} form
 * @param {{mediation?: CredentialMediationRequirement, signal?: AbortSignal}} [how]
 */
async function answer(form, how = {}) {
  const options = await optionsOf(form);
  const credential = options.creation_options
    ? await navigator.credentials.create({
        publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(
          signsInAlone(options.creation_options.publicKey),
        ),
      })
    : await navigator.credentials.get({
        publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(
          /** @type {NonNullable<Options["request_options"]>} */ (options.request_options)
            .publicKey,
        ),
        ...how,
      });
  const field = /** @type {HTMLInputElement} */ (form.elements.namedItem("credential"));
  field.value = JSON.stringify(/** @type {PublicKeyCredential} */ (credential).toJSON());
  form.submit();
}

/**
 * A passkey that can sign in without a name and a password.
 * @param {PublicKeyCredentialCreationOptionsJSON} options
 * @returns {PublicKeyCredentialCreationOptionsJSON}
 */
function signsInAlone(options) {
  const authenticatorSelection = {
    ...options.authenticatorSelection,
    residentKey: /** @type {const} */ ("required"),
    requireResidentKey: true,
    userVerification: /** @type {const} */ ("required"),
  };
  return { ...options, authenticatorSelection };
}

/** @param {HTMLFormElement} form @returns {Promise<Options>} */
async function optionsOf(form) {
  const address = form.dataset.options;
  if (!address) {
    return JSON.parse(document.getElementById(OPTIONS_ELEMENT)?.textContent ?? "{}");
  }
  const response = await fetch(address, { headers: { Accept: "application/json" } });
  if (!response.ok) {
    throw new Error(`The site answered ${response.status}.`);
  }
  return await response.json();
}

/** @param {HTMLFormElement} form */
async function offerInSuggestions(form) {
  const username = document.querySelector("input[autocomplete~='webauthn']");
  if (!username || !(await PublicKeyCredential.isConditionalMediationAvailable?.())) {
    return;
  }
  offered = new AbortController();
  await answer(form, { mediation: "conditional", signal: offered.signal });
}

/** @param {HTMLFormElement} form */
function showProblem(form) {
  const problem = form.querySelector("[data-part='problem']");
  if (problem instanceof HTMLElement) {
    problem.hidden = false;
  }
}
