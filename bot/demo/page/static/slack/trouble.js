// What Slack tells a person whose act came to nothing, by its error word.

const WORDS = {
  unknown_command: (name) => `${name} is not a valid command for you here.`,
  unknown_shortcut: () => "You cannot use shortcuts of this app.",
  restricted_action: (name) => `${name} cannot be used by guests of this workspace.`,
  account_inactive: () => "This account is deactivated.",
  operation_timeout: (name) => `${name} failed, because the app did not answer within three seconds (operation_timeout).`,
  dispatch_failed: (name) => `${name} failed, because the app is not connected (dispatch_failed).`,
  interactivity_disabled: () => "This app takes no presses (interactivity_disabled).",
};

export function troubleWords(answer, command) {
  if (answer.refused) return answer.refused;
  if (!answer.error) return "";
  const make = WORDS[answer.error];
  return make ? make(command || "That") : `${command || "That"} failed with the error “${answer.error}”.`;
}
