"""What can go wrong with a person's channels."""

from medianest_common.errors import Conflict, Gone, Invalid, NotFound, TooManyRequests


class ChannelNotFound(NotFound):
    title = "There is no such channel"


class ChannelExists(Conflict):
    title = "You have a channel that leads there already"


class TooManyChannels(Conflict):
    title = "You have as many channels as one person can have"


class KindUnavailable(Conflict):
    title = "This installation cannot send to channels of this kind"


class ChannelUnverified(Conflict):
    title = "The channel has not been verified"


class ChannelVerified(Conflict):
    title = "The channel needs no code"


class ChannelChanged(Conflict):
    title = "The channel was changed at the same moment"


class TooManyCodes(TooManyRequests):
    title = "Too many codes have been sent"


class CodeExpired(Gone):
    title = "There is no code that could be entered"


class WrongCode(Invalid):
    title = "That is not the code"
