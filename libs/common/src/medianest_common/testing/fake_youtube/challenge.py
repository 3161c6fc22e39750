"""The riddle in an address of media that only YouTube's player can solve, and whoever can run it: here, reverse it."""

PLAYER_PATH = "/s/player/deadbeef/player_ias.vflset/en_US/base.js"
CHALLENGE = "ABCDEFGHIJKL"
SOLUTION = CHALLENGE[::-1]
PLAYER_SCRIPT = b"""\
(function () {
  var config = { signatureTimestamp: 20000 };
  function Address(url) {
    this.url = url;
    this.values = {};
  }
  Address.prototype.set = function (name, value) {
    this.values[name] = value;
  };
  Address.prototype.get = function (name) {
    return this.values[name];
  };
  Address.prototype.solve = function () {
    this.values.n = this.values.n.split("").reverse().join("");
  };
  function address(url, name, signature) {
    var made = new Address(url);
    made.set("alr", "yes");
    if (signature) made.set(name, signature);
    return made;
  }
}).call(this);
"""
"""As much of a player as yt-dlp reads, in the form in which it looks for it."""
