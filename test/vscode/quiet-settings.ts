/** User settings under which VS Code shows what we test and nothing of its own. */
export const quietSettings: Record<string, unknown> = {
  'chat.commandCenter.enabled': false,
  'chat.disableAIFeatures': true,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  // A click on a file opens it a moment later, and the explorer would then select it again, in the place of what was
  // selected meanwhile.
  'explorer.autoReveal': false,
  'git.enabled': false,
  // It counts every server on this machine, and its message would come in the place of ours.
  'remote.autoForwardPorts': false,
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'workbench.colorTheme': 'Default Dark Modern',
  'workbench.enableExperiments': false,
  // A picture taken while something fades shows neither what was nor what will be.
  'workbench.reduceMotion': 'on',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
};
