"""The patterns of `bot.peers.wording`: how people in a help channel ask, thank and complain.

General turns of English, never whole messages. Each takes time in proportion to the text: what repeats is bounded or
cannot match in two ways. All expect one sentence in lower case.
"""

import re


def _one_of(*patterns: str) -> re.Pattern[str]:
    """None of them begins inside a word; to say so first makes looking for them twice as fast."""
    return re.compile(r"(?>\b|(?<!\w))(?:" + _alternatives(*patterns) + ")")


def _alternatives(*patterns: str) -> str:
    return "|".join(f"(?:{each})" for each in patterns)


_SOMEBODY = r"(?:(?:any|some) ?(?:one|body|1)|any of you|one of you)"
_SUBJECT = rf"(?:i|we|you|u|he|she|it|they|one|people|there|this|that|these|those|{_SOMEBODY})"
_OWN = r"(?:my|our|the|a|an|any|your|his|their|some|all|each|every)"
_DOES = r"(?:do|does|did|can|could|should|would|will|shall|must|may|might|am|is|are|was|were|has|have|had)"
_NOT = r"(?:do not|don'?t|did not|didn'?t|can ?not|can'?t|could not|couldn'?t|am not|'m not|unable|won'?t)"
_FAILS = (
    r"(?:errors?|exceptions?|failures?|fail(?:s|ed|ing)?|broken|breaks|broke|crash\w*|stuck|hangs|hanging|frozen|"
    r"freezes|"
    r"time[ds]?[ -]?outs?|timing out|refused|denied|forbidden|unauthori[sz]ed|not (?:authori[sz]ed|allowed)|rejected|"
    r"missing|expired|[45]\d\ds?|\w*backoff|oom\w*|outofsync|nxdomain|unreachable|unavailable|unhealthy|incomplete|"
    r"degraded)(?!\w)"
)
_WORKS_NOT = (
    r"(?:(?:does|do|did|is|are|was|will|has|have|can)(?: not|n'?t)|won'?t|can'?t|cannot|never) (?:\w+ ){0,2}?"
    r"(?:work\w*|start\w*|run\w*|load\w*|connect\w*|show\w*|appear\w*|resolv\w*|happen\w*|updat\w*|respond\w*|"
    r"build\w*|"
    r"deploy\w*|sync\w*|find|found|reach\w*|open\w*|ready|filter\w*|detect\w*|trigger\w*|get|be|see\w*|move\w*|"
    r"help\w*|"
    r"fir(?:e|ing)|seem\w*|come|boot\w*|install\w*|compil\w*|render\w*|play\w*|finish\w*|complete[sd]?\b|pull\w*|"
    r"scal\w*|"
    r"enabl\w*|log in|pass\w*|receiv\w*|send\w*|return\w*|exist)\b"
)
_TROUBLE = (
    rf"(?:{_FAILS}|{_WORKS_NOT}|not working|nothing (?:happens|works|shows)|stop(?:s|ped) \w+ing|(?:is|are|went) "
    rf"down|"
    r"(?:is|are) (?:very |too |so |really |super )?(?:slow|wrong|gone|lost|red)|keeps? \w+ing|false positive|no luck|"
    r"without (?:success|luck|any luck)|to no avail|nowhere|went wrong|(?:ran|runs|fires|fired) twice|vanished|"
    r"disappear\w*)(?!\w)"
)

# What begins a question, also without its mark.

# What may stand before it in the sentence. "hm", "so", "quick question:", a name with a comma.
LEAD = (
    r"(?:(?:so|and|but|also|ok|okay|well|hm+|um+|uh|err?|oh|ah|hey|hi|hello|guys|folks|please|pls|plz|btw|anyways?|"
    r"then|or|"
    r"now|again|sorry|excuse me|quick question|question|just|basically|actually|first|second|next|if so|if not|by "
    r"the way|"
    r"random question|dumb question|stupid question|another question|one more|ask|problem)\b[ ,:.!-]*|"
    r"[\w.@-]{2,24}[,:] )*+"
)
_LEAD = r"\W{0,3}" + LEAD

OPENER = re.compile(
    _LEAD
    + _alternatives(
        r"how (?!(?:nice|cool|great|sweet|funny|odd|weird|strange|ever|about no|are you|is it going|sad|dare)\b)\w+",
        rf"what(?:'?s| is| are| was| were)? (?:the|a|an|up with|wrong|best|your|my|our|this|that|these|this|causing|"
        rf"happening|needed|required|going|{_DOES})\b(?! i (?:mean|did|do|want|need))",
        rf"(?:what|which|whose)(?: [\w./-]+){{1,4}} {_DOES} (?:{_SUBJECT}|the|my|our)\b",
        r"what (?:happens|happened|goes|causes?|else|if|about|kind of|sort of|type of|version|time)\b",
        r"what \w+ (?:is|are|was|do|does|did|can|could|should|would|will|may|must|might)\b(?<!you is)(?<!i do)(?<!i "
        r"did)",
        rf"(?:where|who|whom)(?:'?s)? (?:{_DOES}|to|go|goes)\b(?! cares)",
        r"who (?!(?:cares|is|knows)$)[a-z]+s\b",
        r"which (?!(?:is|are|was|i|we|you|they|he|she|it|the|means?|in|would|will|can|has|makes?)\b)(?:one|ones|"
        r"[\w-]+(?: [\w-]+)?) (?:is|are|do|does|did|should|would|can|will|to|has|have|i|we)\b",
        rf"when (?:do|does|did|will|can|should|would|are|is|was) (?:{_SUBJECT}|the|my|our)\b",
        r"why (?!not\b|yes\b|thank)\w+",
        rf"(?:is|are|am|was|were|isn'?t|aren'?t) (?:{_SUBJECT}|my|our|your|any|anything|something|the [\w-]+ \w+)\b",
        r"is (?:[\w.-]+ ){1,3}(?:supported|available|possible|able|allowed|broken|down|working|required|still|"
        r"compatible|"
        r"supposed|slow|any|the|a|an|safe|free|deprecated|delivery|personal)\b",
        rf"(?:do|did|don'?t|didn'?t) (?:{_SUBJECT}|people|any)\b",
        r"doe?s (?!not\b|nothing\b|that$|so\b)[\w-]+ \w+|did (?:the|my|our|something|anything)\b",
        r"doesn'?t (?:it|this|that|he|she|anyone|anybody|the)\b",
        rf"(?:can|could|would|should|will|shall|may|won'?t|can'?t|couldn'?t|wouldn'?t|shouldn'?t) "
        rf"(?:{_SUBJECT}|the|my|our|some|any)\b",
        rf"(?:has|have|had|hasn'?t|haven'?t) (?:{_SOMEBODY}|you|we|i|they|there|any)\b",
        rf"{_SOMEBODY} (?:please )?(?:know|knows|has|have|had|got|ever|seen|able|using|use|tried|familiar|"
        rf"experience\w*|"
        r"can|could|managed|willing|help|explain|tell|faced|facing|aware|run|running|good|up for|got)\b",
        r"any ?(?:one|body) else\b|where (?:i|we) (?:can|could|should)\b|(?:is )?(?:it )?possible to\b|(?:diff|"
        r"difference) b/?w\b|ptal\b|sev\d or\b",
    )
)

REQUEST = _one_of(
    rf"\b(?:how|what|where|why|when|which \w+) {_DOES} (?:i|we|you|one|they|it)\b",
    r"(?:^|[,;:()-] ?)(?:and |or |so |has anyone |are there |got )?any ?(?:ideas?|suggestions?|thoughts|advi[cs]e|"
    r"help|tips?|"
    r"pointers?|clues?|recommendations?|updates?|hints?|guess\w*|hope|reason|chance|workarounds?|eta|feedback|"
    r"examples?)\b"
    r"(?! i )",
    r"\b(?:can|could|would|will|please|pls|to|and|need|maybe) (?:some|any) ?(?:one|body|1)\b",
    rf"(?<!if )\b{_SOMEBODY} (?:please )?(?:can|could|knows?|help|explain|share|advise|point)\b",
    r"\b(?:i|we)(?:'d| would|'ll)? (?:really |just |only |also |still )*(?:want(?:ed)?|need(?:ed)?|like|"
    r"love) "
    r"(?:to )?(?:know|ask|understand|learn|find out|figure out|clarif\w+|confirm|hear)\b",
    r"^" + LEAD + r"(?:(?:i|we) )?(?:just |only )?wanted to (?:know|ask|check|understand)\b",
    r"^" + LEAD + r"(?:i|we) (?:really |just |also |urgently |would )?(?:need|require|want) (?:a|an|our own|my own|"
    r"some|access|help|"
    r"advice|info\w*|guidance|assistance|more|permission\w*|another|new)\b",
    r"^" + LEAD + r"(?:i'?m |i am |we'?re |we are |am )?(?:also |still |just |currently )?(?:looking (?:for|to)|"
    r"wondering|curious|searching "
    r"for|stuck\b|struggling|confused|unsure|hoping (?:to|some|any)|unable to|new to this)\b",
    r"(?<!what )\b(?:i'?m|i am|we'?re|we are) (?:also |still |just |really |currently |a bit |so |very |totally "
    r")*(?:looking for|"
    r"wondering|curious|stuck|struggling|confused|unsure|in need of)\b",
    r"\bi wonder(?:ed)? (?:if|whether|how|why|what|where|who)\b",
    r"^" + LEAD + r"(?:i |we )?(?:really |badly |urgently |could |would )?(?:need|use|appreciate|want|like)(?:ing)? "
    r"(?:some |any |a "
    r"(?:bit|little|lot) (?:of )?|your )?(?:help|assistance|advice|guidance|support|access|a hand|pointers)\b",
    r"\b(?:i|we) (?:need|could use|require) (?:some |any |your )?(?:help|assistance|advice|guidance|support)\b",
    r"(?:^|,|\b(?:please|pls|plz|to|and|someone|anyone|can|could|you) )(?:please )?help (?:me|us|with|needed|please|"
    r"solve|out|on)\b",
    r"\b(?:help|advi[cs]e|suggestions?|guidance|pointers|tips) (?:would be|will be|is|are|here) (?:\w+ "
    r"){0,2}appreciated|\b(?:would|'d) (?:\w+ )?appreciate\b"
    r"|\bappreciate (?:any|some)\b",
    r"\b(?:please|pls|plz|kindly) (?:help|advise|guide|suggest|explain|assist|offer|clarify|recommend)\b|\bhelp "
    r"please\b",
    rf"\b(?:i|we) (?:really |still |just |simply )?{_NOT} (?:really |quite |fully )?(?:understand|figure|get|find|"
    rf"work out|tell)(?: out)? "
    r"(?:why|how|where|what|which|if|whether|who)\b",
    rf"\b(?:i|we) (?:really |still |just |simply )?{_NOT} (?:really |even )?know (?:how|what|where|which \w+|whom?) "
    rf"to\b(?! (?:do|explain) (?:it|that))",
    r"\b(?:not sure|no (?:idea|clue)|unsure|confused about|clueless) (?:about )?(?:(?:how|why|where|what|which \w+) "
    r"to|why (?:i|my|our|we)|"
    r"(?:where|how|what|which \w+) (?:i|we) (?:can|could|should|need|have))\b",
    r"\b(?:have|got|with) (?:a |an |one |another |some |few |a few )?(?:quick |small |dumb |stupid |general |simple "
    r")?"
    r"(?:questions?|doubts?|query)\b",
    r"\b(?:i'?m|i am|we'?re|we are|^just|^) ?(?:just |still |also )?trying to (?:understand|figure out|find|work "
    r"out|learn|decide)\b",
    r"^" + LEAD + r"how to\b|\b(?:want|need|trying|like) to (?:\w+ ){0,2}how to\b|\b(?:know|tell me|explain|ask|me) "
    r"how to\b",
    r"^(?:question|quick question|ask)[,:!] ?\w+|^help[,:! ]+\w+|, help\W*$|^help\W*$",
    r"^" + LEAD + r"(?:thoughts|suggestions|opinions|advice|recommendations|tips) (?:on|about|for)\b",
    r"\bfor (?:a )?(?:review|approval),? please\b|\breview please\b|^requesting\b|\b(?:please|pls|plz|kindly) "
    r"(?:add|create|give|grant|reset|restart|approve|unlock|enable|"
    r"rotate|invite|allow ?list|whitelist|unblock|re-?run|re-?start|increase|provision) (?:me|my|us|our|this|the|a|"
    r"an)\b",
    r"(?:[,;:)]| -+) ?(?:and |but |so |or |then )?(?:what(?:'?s| is| are| (?:\w+ )?(?:i|we|should|do|does|would))|"
    r"how (?:to|do|can|i|we|would)|"
    r"where (?:is|are|can|do|to|i)|why (?:is|does|do|are|i)|is (?:there|it|this|that)|can (?:i|you|u|we|any|some)|"
    r"does (?:any|it))\b",
    r"\bwhat now\b|\bwhat (?:should|can|could|do) (?:i|we)\b|\bis there (?:any|a|an|some)\b|\bare there any\b",
)

# What has the mark and asks nothing.

SMALL_TALK = re.compile(
    r"\W*+(?>(?:how (?:are|r) (?:you|u|we|things|ya|y'all)|how(?:'?s| is) (?:it|everything|life|everyone|everybody|"
    r"your day|the day)"
    r"(?: going)?|how do you do|how goes it|what'?s (?:up|new|happening)|wassup|sup|you (?:good|ok|okay|well|there)|"
    r"all good|all well|ok|okay|"
    r"everyone|everybody|all|there|team|folks|guys|today|doing|going|you|this (?:fine )?(?:morning|week|evening)|"
    r"and|hi|hey|hello|"
    r"thanks?|thank you|cheers|good morning|morning|yes|no|yeah|really|right|seriously|huh|eh|oh|lol|haha|wow|see|"
    r"(?:any )?questions|got it|get it|deal|agreed|capisce|wtf|omg|so|hm+|well|interested|sounds good|fair enough|"
    r"anyone (?:here|around|"
    r"there|home|alive|awake|online)|is (?:anyone|anybody|someone) (?:here|there|around|alive|home|awake|online)|"
    r"anybody (?:here|around))"
    r"(?:\W+|$))*+$"
)
NOT_ASKED = _one_of(
    r"\W*+" + LEAD + r"(?:can|may|could|how can|how may|what can) (?:i|we) (?:help|assist|do for)\b",
    r"\W*+" + LEAD + r"(?:do you |you |does anyone )?(?:need|want) (?:any |some |a |my |our )?(?:help|hand|"
    r"assistance)\b\W*+(?:with (?:that|this|it))?\W*$",
    r"\W*+" + LEAD + r"(?:do you )?want (?:me|us) to\b|\W*" + LEAD + r"(?:shall|should) i (?:\w+ ){1,6}for you\b",
    r".*\b(?:does|did|hope|do) (?:that|this|it|these) (?:help|make sense|answer|clear|clarify)\w*\b|\W*(?:make|"
    r"makes) sense\b",
    r"\W*+(?:did you know|guess what|who knew|who knows|who cares|why not|what gives|what else is new|remember "
    r"when)\b",
    r"\W*+(?:any )?(?:questions|comments|concerns|feedback|want to|wanna|interested|looking to|ready to|need "
    r"help)\b[^?]*\?\s*$(?<=s\?)",
    r"(?!" + OPENER.pattern + r").*[, ](?:isn'?t it|aren'?t (?:they|you|we)|doesn'?t it|don'?t (?:you|they)|wasn'?t "
    r"it|won'?t it|hasn'?t it|is it not|you know|"
    r"ok|okay|eh|huh|innit|see|remember|yeah|no|lol|haha)\W*$",
    r"\W*+" + LEAD + r"(?:have|did|had) (?:you|u|ya) (?:already |also |ever )?(?:try|tried|trying)\b",
    r"\W*+" + LEAD + r"(?:(?:maybe|perhaps|may be) (?!some|any|one of|you (?:can|could|guys)|u |i (?:can|could|"
    r"should|need)|we )|why not\b|"
    r"why don'?t you\b|how about (?:you|using|just)\b|what about (?:you|using|just)\b)",
    r"[^\w]*$",
)

# Trouble told as a statement.

_LATELY = r"(?: (?!never|don'?t|not|didn'?t|no|same|haven'?t)\w+){0,2}"
TROUBLE = _one_of(
    rf"(?:^|\b(?:i|we)(?:'m|'re|m| am| are|'ve| have)?{_LATELY} )(?:keeps? )?(?:getting|get|got|seeing|see|"
    rf"receiv\w+|hitting|hit|facing|"
    r"face|having|have|experienc\w+|running into|run into|ran into|encounter\w*)\b(?! (?:no|the same|same)\b)(?:(?! "
    r"same |n't | dont | not | no ).){0,60}?"
    rf"\b(?:problems?|issues?|troubles?|difficult\w*|hard time|{_FAILS})\b",
    r"\b(?:i|we)(?: still| just| really| also|'m| am)? (?:can ?not|can'?t|cant|couldn'?t|could not|unable to|not "
    r"able to) (?:even |seem to )?"
    r"(?!remember|recall|say|think|believe|imagine|wait|tell|help|reproduce|speak|stop|stand|be sure|see (?:why|how|"
    r"what)|complain|"
    r"agree|confirm|promise|blame|recommend|afford|claim|do that|really|you|be)\w+",
    r"^" + LEAD + r"(?:unable to|can'?t|cannot|couldn'?t|failed to|fails to|trouble|having (?:trouble|problems|"
    r"issues)) (?!be\b|remember|"
    r"recall|say|think|believe|wait|tell|help|you)\w+",
    rf"^{LEAD}(?:my|our|the|some|one of (?:my|our)|all|a|an) (?:[\w.'/-]+ ){{1,9}}?(?:to )?{_TROUBLE}",
    rf"^{LEAD}(?!(?:i|you|it|its|it's|that|this|he|she|they|those|these|we|there|which|so|if|when|what|because|not|"
    rf"just|try|use|keeps?|"
    rf"nothing|never|no|yes|still|your)\b)(?:[\w./()-]+ ){{1,5}}?(?:{_FAILS}|(?:(?:does|do|did)(?: not|n'?t)|won'?t|"
    rf"cannot) (?:work|start|run|load|connect|show|"
    r"appear|resolve|update|respond|build|deploy|sync|open|reach|find|trigger|boot|install)|not working|stop(?:s|"
    r"ped) \w+ing|(?:is|are) down|no longer|"
    r"keeps \w+ing|(?:ran|runs) twice)(?!\w)",
    r"^\W*+(?:error|fatal|exception|panic|nxdomain|x509)\b[: ].|\b(?:i|we) (?:get|have|see|hit|got) (?:way |far "
    r")?too many\b",
    r"\b(?:i|we) (?:have |had |just |accidentally |wrongly )*(?:lost|deleted|dropped|committed|broke|leaked|"
    r"accidentally)\b",
)
CONTRAST = re.compile(
    rf"\b(?:but|however|yet|when|after|and|then|now|though|although|except)\b.{{0,120}}?\b{_TROUBLE}|"
    r"\b(?:but|however|yet|though)\b.{0,120}?\b(?:(?:does|did|is|has|would)n'?t|(?:does|did|is|has) not|can'?t|can "
    r"?not|won'?t|"
    r"nothing|no \w+ (?:in|on|at|for)|never|unable)\b"
)
FIRST_PERSON = re.compile(
    r"\b(?:i|i'm|im|i've|i'd|we|we're|we've|my|our|me)\b|^(?:trying|tried|just|bought|"
    r"installed|using)\b"
)

# Begins a reply or a notice: what follows tells, it does not complain.
REPLY = re.compile(
    r"\W*+(?:ah+|oh+|ok|okay|k|yes|yeah|yea|yep|yup|no|nope|nah|lol|haha\w*|because|cause|cuz|coz|thanks?|thx|ty|"
    r"thank you|nvm|"
    r"never ?mind|you|your|you're|he|she|they|it'?s|maybe|perhaps|probably|try|use|sure|right|true|exactly|indeed|"
    r"well|same|"
    r"i(?:'?m| am|'ll|'d)? (?:think|guess|believe|mean|see|agree|assume|would|suggest|suspect|know|had|fixed|solved|"
    r"found|thought|told|wish|disabled|"
    r"glad|happy|going to|afraid|removed|replaced)|if (?:you|it|not)|in (?:that|your|which) case|and|but|then|or|"
    r"because|unless|presumably|"
    r"that|which|it|its|those|these|there|did|does|says|seems|looks like|not|damn|apparently|effectively|basically|"
    r"otherwise|however|base|"
    r"other|others|only|once|people|"
    r"fyi|heads[ -]?up|psa|reminder|announcement|notice|update|resolved|fixed|incident|we(?:'re| are) (?:aware|"
    r"investigating|"
    r"rolling|deploying|happy|pleased|excited)|planned|scheduled|maintenance|released?|deployed|important)\b"
)
# Tells of a trouble that somebody has in hand already.
NOTICE = re.compile(
    r"\b(?:will (?:be|go)|going to be|roll(?:ing|ed) (?:it )?back|investigating|(?:working|work) on (?:it|a fix|"
    r"this)|(?:has|have) been "
    r"(?:fixed|resolved|restored|upgraded|restarted|reverted|mitigated|deployed|released)|(?:is|are) (?:now "
    r")?(?:back|fixed|resolved|restored)|"
    r"we(?:'ve| have)? (?:fixed|deployed|released|upgraded|migrated|restarted|restored)|tonight|maintenance|please "
    r"note|no action|postmortem|"
    r"apologies|sorry for the (?:noise|inconvenience)|works now|working now|fixed by|solved)\b"
)
# Speaks of what the other should do.
ADVICE = re.compile(r"\b(?:you|your|you're|you'll|u|ur)\b(?<!thank you)(?<!of you)(?<!to you)(?<!tell you)")
COMMAND = re.compile(r"\s*(?:![a-z]|/[a-z][\w-]*(?:\s|$))", re.IGNORECASE)

# Kinds.

IDEA = _one_of(
    r"\b(?:would|might|could|'d|will) (?:also |really |just )?be (?:so |very |really |super |even |a )*(?:nice|"
    r"great|good|cool|awesome|useful|"
    r"helpful|handy|lovely|amazing|fantastic|neat|nicer|better|wonderful|good idea|nice to have)(?: idea| thing)? "
    r"(?:if|to|when|for)\b",
    r"\b(?:could|can|may) (?:we|you guys|you) (?:please |maybe |also |perhaps |possibly )?(?:(?:have|get) (?:an? "
    r"(?:option|way|feature|setting|"
    r"button|flag|dark|channel|default|alert|command|dashboard|template)|some (?:kind|sort) of|support for)|support "
    r"\w+|introduce|"
    r"(?:add|implement|provide) (?:support|an? (?:option|way|feature|setting|button|flag)))\b",
    r"\b(?:could|can) we have (?!access|permission|a (?:review|look|hand|call)|help|someone|some(?:one|body)|an? "
    r"(?:extension|exception))\w+ \w+",
    r"\bfeature[- ](?:request|idea|wish)\b|\bwish ?list\b|^(?:idea|suggestion|proposal|feature|wish)s?\s?[:-]",
    r"\b(?:i|we) (?:really |just )?wish (?:there|we|i|it|the|you (?:could|would|had)|that|mentor|our)\b|\bi have an "
    r"idea\b|\b(?:i|we) (?:would |'d )?(?:like to )?(?:suggest|propose) "
    r"(?:adding|that we|having|we)\b",
    r"\b(?:how|what) about (?:adding|having|making|supporting|offering|moving|introducing)\b",
    r"\bwhy (?:not|don'?t we) (?:just |also )?(?:add|support|make|allow|offer|introduce|have|use|move|switch)\b",
    r"\b(?:have (?:you|we)|has anyone) (?:guys |ever )?(?:considered|thought (?:about|of)) (?:adding|having|making|"
    r"supporting|offering|moving|"
    r"introducing|switching|using|a)\b",
    r"\bshould (?:we|you) (?:not )?(?:add|introduce|offer|support)\b|\b(?:any|are there|is there) (?:any "
    r")?(?:plans?|chance|appetite|interest) "
    r"(?:to|for|of|in) (?:add|hav|support|offer|implement|mak|introduc|allow|provid)",
    r"\b(?:would|'d) (?:really )?love (?:to (?:see|have)|it if|if|an? )|\bwould you (?:consider|be open to)\b|\bany "
    r"(?:thoughts|opinions) on "
    r"(?:adding|moving|introducing|switching)",
)
BROKEN = re.compile(
    rf"\b(?:{_TROUBLE}|{_NOT} (?:get|reach|connect|access|find|see|open|log|pull|push|deploy|build|"
    rf"use|install|run|start)|"
    r"(?:problems?|issues?|troubles?) (?:with|in|on|when|after|since)|outage|down|bugs?|can'?t|cannot|"
    r"(?:have|having|got|facing|an?|some|any) (?:\w+ )?(?:problems?|issues?|troubles?|difficult\w*)|"
    r"(?:lost|deleted|dropped) (?:a|the|my|our)|so slow|leaked)\b"
)
REALLY_BROKEN = re.compile(
    r"\b(?:i|we|my|our)\b.{0,80}?\b(?:get|gets|getting|see|seeing|keeps?|fails?|failing|can'?t|cannot|stuck|broken|"
    r"doesn'?t|does not|"
    r"isn'?t|is not|won'?t|stopped|crash\w*|down|timed out|denied|refused)\b|\bwhy\b|"
    r"\b(?:is|are) (?:[\w.-]+ ){1,4}(?:down|broken|failing|stuck|slow|unavailable)\b"
)
DO_IT = _one_of(
    rf"\b(?:can|could|would|will) (?:{_SOMEBODY}|you|u|the platform team|platform|somebody)(?: please| pls| "
    rf"kindly)? (?!please|know|explain|tell|"
    r"help me (?:understand|with)|help|recommend|suggest|point|share|advi[sc]e|give me (?:a|some) (?:straight|hint|"
    r"idea|advice)|describe|"
    r"clarify|confirm|say|guide|use|run|also|just|be|still|see|get)\w+",
    r"\bplease (?:can|could) (?:you|some\w+|any\w+)\b|\bmind \w+ing\b|\bptal\b|\breview please\b|\b(?:for )?(?:a "
    r")?(?:review|approval),? please\b",
    r"\b(?:please|pls|plz|kindly) (?:add|create|give|grant|reset|restart|approve|unlock|enable|rotate|invite|allow "
    r"?list|whitelist|unblock|"
    r"re-?run|re-?start|increase|provision|merge|delete|remove|review|check|look|update|bump)\b",
    r"\b(?:can|could|may) (?:i|we) (?:please |pls )?(?:get|have|request) (?:an? |some |more |another |your )?(?:\w+ "
    r")?(?:access|permissions?|"
    r"review|approval|extension|exception|quota|pair of eyes|eyes|hand|ok)\b",
    r"\b(?:need|require|want|requesting|request) (?:an? |some |more |our own |my own |another |new |the )?(?:\w+ "
    r")?(?:access|permissions?|approval|review|quota|"
    r"namespace|bucket|db|database|account|token|licen[cs]e|exception|human)\b",
    r"\b(?:add|give|grant) (?:me|us)\b",
)
HOW_TO = _one_of(
    r"\b(?:how|where|what|which|when|who|whose|why)(?:'?s)?\b",
    rf"\b(?:is|are|was) (?:there|it|this|that|the|any)\b|\b(?:do|does|did|can|could|should|may|must|will|would|am) "
    rf"(?:we|i|you|it|the|they|one|{_SOMEBODY})\b",
    rf"\b{_SOMEBODY} (?:know|recommend|have|has|suggest|explain|tried|using|used|got|seen|can|help)\b|\bpossible\b|"
    rf"\bdiff(?:erence)?\b",
    r"\b(?:looking|searching) for\b|\bwondering\b|\bcurious\b|\b(?:want|need|like) to (?:know|learn|understand|ask|"
    r"be|do)\b|\bdoes \w+|^is \w+",
    r"\b(?:recommend|suggest|explain|advise|guide)\w*\b|\b(?:ideas?|tips|examples?|best practices?)\b",
)


# Replies.

_THANKS = (
    r"(?:thanks?|thank ?(?:you|u|s)|thx+|thnx|thnks|thanx|tnx|tks|tysm|tyvm|ty|cheers|danke|merci|gracias|grazie|"
    r"(?:much|really|very much|greatly|truly) appreciated?|appreciate (?:it|that|the|your|you)|appreciated|"
    r"you(?:'re| are) (?:a|the) "
    r"(?:star|best|legend|lifesaver|life saver|hero|gem|rockstar)|life ?saver|you rock)"
)
THANKS = re.compile(rf"(?<!no )(?<!not )\b{_THANKS}\b")
WORKED = _one_of(
    r"\b(?:that|this|it|which|your (?:fix|suggestion|tip|answer|command|solution)|the (?:fix|first|second|last) "
    r"(?:one)?) ?(?:all |has |have |just |totally |"
    r"definitely |seems to have |did |actually |really )*(?:worked|helped|solved|fixed|did (?:it|the (?:trick|job))|"
    r"sorted|unblocked|nailed it)\b",
    r"^(?:and |ok |okay |yes |yep |yeah |great |perfect |awesome |nice |cool |ah |oh |wow |hurray |yay )*,? "
    r"?(?:worked|works (?:now|great|perfectly|fine|like a charm|"
    r"again|for me now)|works\W*$|solved|fixed|sorted|resolved|all (?:good|sorted|green|working)(?: now)?|working "
    r"now|problem solved|issue resolved)\b",
    r"^(?:perfect|brilliant|excellent|exactly what i (?:needed|wanted|was looking for)|just what i (?:needed|wanted|"
    r"was looking for)|spot on|"
    r"you saved (?:me|my day|us))\b",
    r"\b(?:it|everything|that|this|all)(?:'s| is| are)? (?:now |all )?(?:works|working|fixed|solved|resolved|sorted|"
    r"green|good)"
    r"(?:(?: now| again| fine| perfectly| great| like a charm)\b|\W*$)",
    r"\bdid the trick\b|\bworks like a charm\b|\bthat was (?:it|the (?:problem|issue|cause|culprit))\b|\bwhat i was "
    r"looking for\b|\bgot it "
    r"(?:working|to work|sorted|fixed)\b|\b(?:that|this) (?:is|was) (?:very |really |super |so )?(?:helpful|"
    r"useful)\b|\bvery helpful\b",
)
# Thanks for something other than a solution, or before there is one.
NOT_FOR_HELP = _one_of(
    r"\b(?:in advance|advance)\b",
    rf"{_THANKS}(?: so much| a lot| again| all| everyone)? (?:for|to) (?:your |the |you |all |everyone |everybody |"
    rf"those |who |us |me |"
    r"kubernetes |a |bringing |our )*(?:patience|understanding|report\w*|rais\w+|flag\w*|ask\w*|heads[ -]?up|"
    r"letting|joining|coming|waiting|noticing|"
    r"pinging|reaching|bearing|(?:look|check|try|confirm|follow|shar|test|volunteer|verify|investigat|dig)ing|"
    r"question\w*|feedback|interest|nothing|"
    r"attention|(?:quick )?(?:update|ping|note)|reviewing|cooperation|time|bug|details?|logs?|reminder|"
    r"info(?:rmation)?\b(?= we| i'll))\b",
    rf"{_THANKS} (?:to|goes to) (?!you|all|every|both|@|your)|{_THANKS} (?:anyway|anyways|regardless|though)|"
    rf"{_THANKS} if (?:you|any|some)|"
    rf"{_THANKS} (?:will|we'll|i'll|let me) (?:check|look|investigate|take a look|have a look|fix)\b",
    rf"\b(?:would|'d|will|any|help|if) (?:be )?(?:\w+ )?{_THANKS}|\bthank(?:s)? god|\bthank goodness|\bbe "
    rf"appreciated\b|\bno,? thank"
    r"|\b(?:glad|hope\w*|let me know if)\b.{0,30}\b(?:help|work|solv|fix|useful)",
)
BUT = re.compile(r"\b(?:but|however|though|although|unfortunately|sadly|except)\b")
STILL = _one_of(
    r"\bstill (?:the |a |an |in |on |at |very |being |just )*(?:not|no|nothing|same|isn'?t|doesn'?t|doenst|dosn'?t|"
    r"don'?t|can'?t|can ?not|couldn'?t|won'?t|"
    r"didn'?t|haven'?t|(?:does|do|did|has|have|will|could|is|are|was) not|"
    r"unable|fail\w*|get|gets|getting|got|see|seeing|sees|have|having|has|hav|stuck|broken|down|"
    r"crash\w*|hang\w*|happen\w*|show\w*|"
    r"throw\w*|return\w*|says?|complain\w*|refus\w*|den(?:y|ied|ies)|error\w*|problem\w*|issue\w*|an? (?:issue|"
    r"problem|error)|red|pending|slow|"
    r"timing out|time[ds]? out|missing|persist\w*|there|occur\w*|wrong|the case|struggling|confused|waiting|"
    r"[45]\d\d|forbidden|unauthori[sz]ed)(?!\w)",
    r"(?<!if )\b(?:that|this|it|which|these|those|they|neither|none(?: of \w+)?|both)(?: just| really| also| sadly| "
    r"unfortunately)? (?:did ?n'?t|did not|doesn'?t|does not|"
    r"doens'?t|don'?t|do not|hasn'?t|has not|won'?t|wasn'?t)(?: seem to| really| quite| even| actually| fully| "
    r"either)* (?:help\w*|work\w*|fix\w*|solve\w*|"
    r"change\w*|make (?:a|any) difference|do (?:it|the trick|anything)|it|do)\b",
    r"^(?:nope|no|sorry|sadly|unfortunately|hm+|thanks|but|and|well|ok|tried (?:that|it|this))?[, ]*(?:did ?n'?t|"
    r"did not|doesn'?t|does not|doens'?t|doesnt|didnt|wont|won'?t|not|"
    r"no longer) (?:really |seem to |even )?(?:help\w*|work\w*|fix\w*|solve\w*|change\w*|make (?:a|any) difference|"
    r"resolved|it)\b",
    r"\b(?:no|without) (?:luck|dice|joy|effect|success|avail|improvement|cigar)\b|"
    r"(?:^|\bma[dk]es? |^(?:unfortunately|sadly),? )no (?:change|difference)\b|"
    r"\b(?:error|problem|issue)s? (?:still )?persists?\b|\bto no avail\b",
    r"^(?:(?:and|but|hm+|no|nope|now|ok|i|we|get|got|getting|it's|with|exactly|i'm|again|the)[, ]+)*+same (?:error|"
    r"problem|issue|result|thing|outcome|message|behaviou?r|"
    r"failure|output|exception|story)s?(?! here| for (?:me|us)| on (?:my|our)| too| as (?:above|op|you)| with (?:me|"
    r"us))\b(?! (?:here|for (?:me|us)|too|as (?!before)|on))",
    r"\b(?:it|this|that|problem|issue|error)(?:'s| is| has)? (?:just |all |come |came |coming )*back(?: again)?\W*$|"
    r"\b(?:happen(?:s|ed|ing)|fail(?:s|ed|ing)|broken?|"
    r"down|broke|stuck|occurr?(?:ed|ing|s)) again\b|\b(?:came|come|coming) back (?:again|today|this)|\bkeeps? (?:on "
    r")?(?:happening|failing|crashing|coming back)",
    r"\b(?:already tried (?:that|it|this|those|both)|tried (?:that|this|both))(?: already| too| "
    r"before)?\b(?!.*\b(?:works?|worked|solved|fixed)\b)|\balready (?:did|done|tried)(?: that| it| this)?\b|"
    r"(?:^|\b(?:it|this|that|_)(?:'?s| is)? )(?:also |yet )?not (?:yet )?(?:solved|fixed|resolved|working)\b",
    r"\b(?:now|then) (?:i|it|we)(?:'m| am| is|'s)? (?:get|got|getting|gives?|says?|fails?|shows?|throws?) (?:a |an |"
    r"another |this |some )?(?:different |new |other )?(?:error|exception|failure|[45]\d\d)",
    r"\bmade it worse\b|\bworse (?:than|now)\b|\bnot helping\b",
)
DIRECTS = re.compile(
    r"\b(?:you (?:can|could|need|should|have to|must|might|may|will|want)|instead|try (?!that|it|"
    r"this)\w+|because|since|use|set|run|make sure)\b"
)
TO_THE_OTHER = re.compile(
    r"\b(?:you|your|u)\b|^\W*(?:so |and |is|are|does|do|did|has|have|can|could|was|were|which|"
    r"what)\b"
)

_WILL = r"(?:i'?ll|i will|we'?ll|we will|let me|lemme|let us|let's|i can|we can|will|gonna|going to)"
_AM = r"(?:i'?m|i am|we'?re|we are|am|just|currently|already|now)"
_ACK = (
    r"(?:\+ ?(?:1|one)|same(?: problem| issue| question| error| thing)?(?: here| for (?:me|us)| too| as well| on "
    r"(?:my|our) (?:side|end|team))+|same(?: question)?|me (?:too|neither|also)|us too|"
    r"(?:i|we)(?:'m| am|'re| are)? (?:also |have |having |got |see |seeing |get |getting |hit |hitting |"
    r"experiencing |facing )+(?:the |this |exactly |that )*(?:same|this|it|that)"
    r"(?: exact)?(?: problem| issue| error| thing| question| behaviou?r)?(?: here| too| as well| also| today)*|"
    r"(?:also )?(?:seeing|getting|having|hitting|facing) (?:this|it|the same|that)"
    r"(?: \w+)?(?: too| as well| here)?|(?:i|we)(?:'d| would)? (?:also )?(?:like|love|want|interested) to know(?: "
    r"this| that| too| as well)*|"
    r"(?:i'?m |also |very )*(?:interested|curious)(?: too| as well| in this)*|\+ ?(?:1|one)|plus one|seconded|this|"
    r"bump|up|"
    r"following(?: this| along)?|subscribing|subscribed|watching(?: this)?|noted|ack\w*|roger|copy(?: that)?|"
    r"understood|"
    r"ok(?:ay|ey|ie|i)?|k+|kk|okie dokie|alright(?: then)?|all right|sure(?: thing)?|fine|right|got it|gotcha|"
    r"gotchu|i see|i (?:understand|get it|know)|oh|ah+|aha+|hm+|mm+|uh|huh|wow|"
    r"oops|ouch|yikes|damn|lol|lmao|rofl|haha\w*|hehe\w*|heh|xd|good (?:to know|point|idea|one|question|call|luck|"
    r"job|catch)|great question|good (?:morning|afternoon|evening|night)|nice|cool|great|good|awesome|sweet|neat|"
    r"super|excellent|amazing|fantastic|wonderful|very (?:nice|cool|good)|"
    r"well done|interesting|makes sense|fair (?:enough|point)|sounds (?:good|great|fine)|"
    r"done deal|deal|will (?:do|try|see|check)(?: that| it)?|on it|on my way|omw|in a (?:sec\w*|minute|moment|bit|"
    r"meeting)|one (?:sec\w*|moment|minute)|just a (?:sec\w*|moment|minute)|"
    r"(?:1|a|2|two|five|5|10) (?:sec\w*|min\w*|moment)|sec|hold on|hang on|wait|brb|bbl|afk|back|later|np|no "
    r"(?:problem|worries|prob|probs)|nw|yw|(?:you'?re |your |you are )?(?:very |most )?welcome|"
    r"any ?time|my pleasure|glad (?:it|that|to|i)\b.*|happy to help|don'?t mention it|sorry(?: about that| for "
    r"that)?|my bad|apologies|pardon|please|pls|"
    r"no idea|(?:i )?(?:don'?t|do not|dunno|dont) know(?: either| sorry| yet)?|idk|dunno|not sure(?: either| yet)?|"
    r"(?:i have )?no clue|never ?mind|nvm|forget it|"
    r"thanks?(?: you)?(?: in advance| anyway| though)?|tia|no thanks?(?: you)?|ty|thx|cc|fyi|ping|hi+|hey+|hello|"
    r"morning|bye|cya|see (?:you|ya)|ttyl|"
    r"wip|checking|looking|investigating|taking a look|having a look|will look|on this|"
    r"(?:the )?(?:team|we|someone|i) (?:is|are|am) (?:on it|looking|checking|investigating)(?: into (?:it|this|"
    r"that))?|"
    r"(?:yes|yeah|yep|no)? ?(?:please|pretty please)|everyone|all|guys|folks|team|everybody|there|again|man|mate|"
    r"dude|bro|buddy|sir|and|so|then|too|now|indeed|"
    r"exactly|agreed?|true|i agree|totally|absolutely|of course)"
)
# What somebody is about to do about it, whatever follows.
_ABOUT_TO = (
    r"(?:ok |okay |sure |hm+ |yes |yeah |thanks |thank you |right |great |cool |ah |alright |now )*(?:"
    rf"{_WILL} (?:just |also |quickly |first |now |go |go and )*(?:(?:have|take) (?:a |another )?(?:quick |closer "
    rf")?(?:look|peek)|check|look|investigate|try|see|ask|ping|find "
    r"out|dig|think about|get back|come back|raise|escalate|follow|test|give (?:it|that|this) a (?:try|go|shot)|do "
    r"(?:that|it|so)|be (?:right )?(?:back|there)|google|"
    r"let you know|reproduce|confirm|verify|bring (?:this|it) up|pass (?:this|it) on|keep you posted|report back|"
    r"update (?:you|this|here))\b.*|"
    rf"(?:{_AM} )*(?:checking|looking|investigating|digging|trying (?:it|that|this)|having a (?:quick )?look|taking "
    rf"a (?:quick )?look|asking|on it|on the case)\b"
    r"(?! for a\b| for some).*)"
)
ACK = re.compile(rf"[^\w+]*+(?>(?:{_ACK})(?:\W+|$))++$")
ABOUT_TO = re.compile(_ABOUT_TO)
SENDS = re.compile(
    r"\W*+" + LEAD + r"(?:can|could|would|will) (?:you|u) (?:please |pls |maybe |also |perhaps |kindly |by any "
    r"chance )?(?:share|post|paste|send|show|provide|tell|give|describe|"
    r"elaborate|clarify|explain|confirm|check (?:if|whether|what|which)|attach|link|dm|run|open|specify|be more)\b|"
    r"\W*+" + LEAD + r"(?:share|post|paste|send|show|provide|tell|attach|specify|describe|clarify|elaborate)\b(?: "
    r"(?:me|us|the|your|a|an|some|full|more|what|which|here|output|logs?|it|on)\b)+"
)
SUGGESTS = _one_of(
    r"\W*+" + LEAD + r"(?:have|had|did) (?:you|u|ya) (?:already |also |ever |maybe )?(?:try|tried|trying|"
    r"consider\w*|looked at|checked (?!the logs?)|seen|read)\b",
    r"\W*+" + LEAD + r"(?:maybe|perhaps|why (?:not|don'?t you)|how about|what about (?:using|just|a)|what if you|"
    r"can'?t you|couldn'?t you|could you (?:not |just )?(?:use|try|restart|"
    r"set|remove|add)|can (?:you|u) (?:not |just )?(?:use|try|restart|set|remove|add)|could it be|might it be|might "
    r"be|isn'?t (?:it|that|this)|is it possible that|"
    r"don'?t you (?:just )?(?:need|have)|shouldn'?t (?:you|it))\b",
)
CONDITION = re.compile(
    r"\W*+(?:when|if|after|before|in|on|for|with|from|at|once|while|as|since|where|out of|just|"
    r"hm+|so|and|ok|hi|hey|sorry|to|by|besides|regarding|about)\b"
)
IF = re.compile(r"\W*(?:if|in case|when|should)\b")
PLEADS = re.compile(
    r"\b(?:please|pls|plz|kindly|would be (?:great|nice|good|awesome|appreciated)|need|if any "
    r"?one)\b"
)
