"""Texts that would run a script if anything showed them as HTML, SVG, style, link or template."""

RUN = "window.__ran=(window.__ran||0)+1"
_TAGS = (
    "<script>{run}</script>",
    "<ScRiPt>{run}</sCrIpT>",
    "<script src=data:text/javascript,{run}></script>",
    "<script type=module>{run}</script>",
    "<svg><script>{run}</script></svg>",
    "<svg><script xlink:href=data:text/javascript,{run}></script></svg>",
    "<svg><a xlink:href='javascript:{run}'><text x=20 y=20>x</text></a></svg>",
    "<svg><animate onbegin={run} attributeName=x dur=1s></svg>",
    "<svg><set onbegin={run} attributeName=x></svg>",
    "<svg><foreignObject><iframe srcdoc='<script>parent.{run}</script>'></iframe></foreignObject></svg>",
    "<svg><use href=\"data:image/svg+xml,<svg id='x' xmlns='http://www.w3.org/2000/svg'><script>{run}</script></svg>#x\"></use></svg>",
    "<svg><style>*{{x:expression({run})}}</style></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror={run}>",
    "<math href='javascript:{run}'>x</math>",
    "<iframe src='javascript:{run}'></iframe>",
    "<iframe srcdoc='<img src=x onerror=parent.{run}>'></iframe>",
    "<object data='data:text/html,<script>{run}</script>'></object>",
    "<embed src='data:image/svg+xml,<svg xmlns=\"http://www.w3.org/2000/svg\"><script>{run}</script></svg>'>",
    "<a href='javascript:{run}'>x</a>",
    "<a href='java\tscript:{run}'>x</a>",
    "<a href='&#106;avascript:{run}'>x</a>",
    "<a href='vbscript:{run}'>x</a>",
    "<a href='data:text/html,<script>{run}</script>'>x</a>",
    "<form action='javascript:{run}'><button>x</button></form>",
    "<form><button formaction='javascript:{run}'>x</button></form>",
    "<base href='javascript:{run}//'>",
    "<meta http-equiv=refresh content='0;url=javascript:{run}'>",
    "<link rel=stylesheet href='data:text/css,*{{background:url(javascript:{run})}}'>",
    "<style>@import 'javascript:{run}';</style>",
    "<div style='background:url(javascript:{run})'>x</div>",
    '<noscript><p title="</noscript><img src=x onerror={run}>">',
    "<template><script>{run}</script></template>",
    "<textarea></textarea><img src=x onerror={run}>",
    "<title></title><script>{run}</script>",
    "</script><script>{run}</script>",
    "--><script>{run}</script>",
    "]]><script>{run}</script>",
    "'\"><script>{run}</script>",
    "{{{{constructor.constructor('{run}')()}}}}",
    "${{{run}}}",
    "javascript:{run}",
    "[x](javascript:{run})",
    '![x](x" onerror="{run})',
    'http://x.example/"onmouseover="{run}',
    "https://x.example/<script>{run}</script>",
    "https://x.example/'onclick='{run}",
    "data:text/html;base64,PHNjcmlwdD53aW5kb3cuX19yYW49MTwvc2NyaXB0Pg==",
)
_ELEMENTS = ("img src=x", "svg", "body", "video src=x", "audio src=x", "input autofocus", "details open")
_EVENTS = (
    "onerror",
    "onload",
    "onfocus",
    "ontoggle",
    "onmouseover",
    "onclick",
    "onanimationstart",
    "onpageshow",
    "onwheel",
    "onpointerenter",
    "oncanplay",
    "onloadstart",
)
_QUOTES = ("{event}={run}", "{event}='{run}'")


def hostile_texts() -> list[str]:
    """More than two hundred of them, all different."""
    texts = [tag.format(run=RUN) for tag in _TAGS]
    for element in _ELEMENTS:
        for event in _EVENTS:
            for quoted in _QUOTES:
                texts.append(f"<{element} {quoted.format(event=event, run=RUN)}>")
    return list(dict.fromkeys(texts))
