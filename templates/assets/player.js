// Chapters and moments (#t=367, #t=6:07) of an episode: a click or an address seeks the player, and the chapter that plays is marked.
// Without this script the links are harmless and the player works as it is.
(() => {
  "use strict";

  const player = document.getElementById("player");

  // Media Fragments URI 1.0, 4.2.1: seconds, or hours, minutes and seconds, with an optional end that does not matter here.
  const momentOf = (hash) => {
    const match = /^#t=(?:npt:)?((?:\d+:){0,2}\d+(?:\.\d+)?)(?:,|$)/.exec(hash);
    return match && match[1].split(":").reduce((total, part) => total * 60 + Number(part), 0);
  };

  const seek = (moment) => {
    const go = () => {
      // A click seeks and changes the address, which asks for the same moment again.
      if (Math.abs(player.currentTime - moment) > 1) player.currentTime = moment;
    };
    if (player.readyState >= HTMLMediaElement.HAVE_METADATA) go();
    else player.addEventListener("loadedmetadata", go, { once: true });
  };

  const follow = () => {
    const moment = momentOf(location.hash);
    if (moment !== null) seek(moment);
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest?.('a[href^="#t="]');
    const moment = link && momentOf(link.hash);
    if (moment == null || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    seek(moment);
    // A refused or failed start shows in the player itself.
    player.play().catch(() => {});
  });
  addEventListener("hashchange", follow);
  follow();

  const chapters = [...document.querySelectorAll(".chapters a.moment")].map((link) => ({ item: link.parentElement, start: momentOf(link.hash) }));
  let current = null;
  player.addEventListener("timeupdate", () => {
    const begun = player.currentTime || !player.paused;
    const playing = begun ? chapters.findLast(({ start }) => start <= player.currentTime + 0.25) : undefined;
    if (playing?.item === current) return;
    current?.removeAttribute("aria-current");
    current = playing?.item;
    current?.setAttribute("aria-current", "true");
  });
})();
