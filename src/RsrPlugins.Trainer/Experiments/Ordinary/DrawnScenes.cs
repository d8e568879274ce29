// Drawings, screens, line art and pixel art of the ordinary benchmark: drawn by the project, the same on every machine, and
// never among the training pictures. The first three are SVG, so that a small picture can also be rendered small, as designers' files
// are; pixel art is made pixel by pixel.
using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using NetVips;
using RsrPlugins.Trainer.Data;

namespace RsrPlugins.Trainer.Experiments.Ordinary;

/// <summary>The scenes, all on one square.</summary>
internal static class DrawnScenes
{
    /// <summary>Pixels of a side: a multiple of 2, 3 and 4.</summary>
    internal const int Side = 288;

    private static readonly string[] _colours =
    [
        "#c8141e",
        "#1464b4",
        "#f0b400",
        "#148246",
        "#7828a0",
        "#e65a14",
        "#0a1e46",
        "#28aab4",
        "#8c5a32",
        "#d23c8c",
    ];

    internal static IReadOnlyList<(string Name, string Svg)> Drawings() =>
        [("badges", Badges()), ("landscape", Landscape()), ("poster", Poster())];

    internal static IReadOnlyList<(string Name, string Svg)> Screens() => [("windows", Windows()), ("editor", Editor()), ("page", Page())];

    internal static IReadOnlyList<(string Name, string Svg)> LineArt() => [("arcs", Arcs()), ("hatching", Hatching()), ("plan", Plan())];

    internal static IReadOnlyList<(string Name, byte[] Rgb)> PixelArt() =>
        [("tiles", Tiles(1)), ("sprites", Sprites(2)), ("dithered", Dithered())];

    /// <summary>An SVG of Side x Side units on white, 8-bit R, G, B.</summary>
    internal static byte[] Render(byte[] svg, int side)
    {
        using Image drawn = Image.SvgloadBuffer(svg, scale: (double)side / Side);
        if (drawn.Width != side || drawn.Height != side)
        {
            throw new TrainerException(
                $"A drawing of {Side} x {Side} units expected; drawn for {side} x {side} pixels it has {drawn.Width} x {drawn.Height}."
            );
        }

        using Image onWhite = drawn.Flatten(background: [255, 255, 255]);
        return onWhite.WriteToMemory<byte>();
    }

    /// <summary>Any SVG made one of Side x Side units: whole, centred, the rest white.</summary>
    internal static byte[] Squared(byte[] svg)
    {
        // Old drawings name a DTD, which is not fetched; entities they declare themselves are known.
        using XmlReader reader = XmlReader.Create(
            new MemoryStream(svg),
            new XmlReaderSettings { DtdProcessing = DtdProcessing.Parse, XmlResolver = null }
        );
        XDocument document = XDocument.Load(reader);
        document.DocumentType?.Remove();
        XElement root = document.Root!;
        if (root.Attribute("viewBox") is null)
        {
            using Image natural = Image.SvgloadBuffer(svg);
            root.SetAttributeValue("viewBox", FormattableString.Invariant($"0 0 {natural.Width} {natural.Height}"));
        }

        root.SetAttributeValue("width", Side);
        root.SetAttributeValue("height", Side);
        root.SetAttributeValue("preserveAspectRatio", "xMidYMid meet");
        using MemoryStream squared = new MemoryStream();
        document.Save(squared, SaveOptions.DisableFormatting);
        return squared.ToArray();
    }

    // Flat shapes of ten colours on white and on each other, with rims, letters and thin rings.
    private static string Badges()
    {
        StringBuilder svg = new StringBuilder("""<rect width="288" height="288" fill="#fff"/>""");
        for (int index = 0; index < 9; index++)
        {
            (int x, int y) = (48 + (index % 3 * 96), 48 + (index / 3 * 96));
            (string one, string other) = (_colours[index], _colours[(index + 3) % 10]);
            svg.Append(CultureInfo.InvariantCulture, $"""<g transform="translate({x},{y}) rotate({index * 7})">""");
            svg.Append(
                (index % 3) switch
                {
                    0 =>
                        $"""<circle r="40" fill="{one}"/><circle r="34" fill="none" stroke="#fff" stroke-width="1.5"/><path d="M0,-28 L7,-9 L27,-9 L11,3 L17,23 L0,11 L-17,23 L-11,3 L-27,-9 L-7,-9 Z" fill="{other}"/>""",
                    1 =>
                        $"""<rect x="-38" y="-30" width="76" height="60" rx="9" fill="{one}"/><path d="M-38,6 H38 V18 H-38 Z" fill="{other}"/><path d="M-30,-22 h60 M-30,-17 h60" stroke="#fff" stroke-width="1"/>""",
                    _ =>
                        $"""<path d="M0,-40 L38,-12 L24,34 H-24 L-38,-12 Z" fill="{one}"/><circle r="16" fill="#fff"/><circle r="11" fill="{other}"/><path d="M-4,-8 L8,0 L-4,8 Z" fill="#fff"/>""",
                }
            );
            svg.Append("</g>").Append(StrokeLetters.Line($"NO {index + 1}", x - 14, y + 30, 6, index % 3 == 1 ? "#fff" : "#0a1e46", 1));
        }

        return Whole(svg);
    }

    // Gradients, outlines of two widths, and small repeated forms, as in an illustration.
    private static string Landscape()
    {
        StringBuilder svg = new StringBuilder(
            """<defs><linearGradient id="a" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#7ec8f0"/><stop offset="1" stop-color="#fdf0d0"/></linearGradient></defs><rect width="288" height="288" fill="url(#a)"/><circle cx="216" cy="60" r="26" fill="#ffd24a" stroke="#8a5a00" stroke-width="2"/>"""
        );
        SampleRandom random = new SampleRandom(17, 1, 0);
        for (int hill = 0; hill < 4; hill++)
        {
            int y = 120 + (hill * 40);
            svg.Append(
                CultureInfo.InvariantCulture,
                $"""<path d="M-5,{y + 20} C60,{y - 40 + (hill * 9)} 110,{y + 50} 170,{y} S260,{y - 20} 293,{y + 14} V293 H-5 Z" fill="{(hill % 2 == 0 ? "#4c9a4a" : "#2f7a52")}" stroke="#16402c" stroke-width="{1 + (0.5 * hill)}"/>"""
            );
            for (int tree = 0; tree < 9; tree++)
            {
                double x = 10 + (tree * 31) + (12 * random.NextDouble()),
                    foot = y + 22 + (10 * random.NextDouble());
                svg.Append(
                    CultureInfo.InvariantCulture,
                    $"""<path d="M{x:0.0},{foot:0.0} v-9" stroke="#5a3820" stroke-width="2"/><path d="M{x - 7:0.0},{foot - 7:0.0} L{x:0.0},{foot - 25:0.0} L{x + 7:0.0},{foot - 7:0.0} Z" fill="#1e5e34" stroke="#0c2a18" stroke-width="0.8"/>"""
                );
            }
        }

        svg.Append(
            """<path d="M60,240 v-44 l34,-22 l34,22 v44 Z" fill="#f4e2c4" stroke="#40281a" stroke-width="2"/><path d="M54,200 L94,172 L134,200" fill="none" stroke="#a02c1e" stroke-width="6"/><path d="M86,240 v-24 h16 v24 Z M68,206 h12 v12 h-12 Z M108,206 h12 v12 h-12 Z" fill="#4a7ea0" stroke="#40281a" stroke-width="1.2"/>"""
        );
        return Whole(svg);
    }

    // Large letters, small letters, rays.
    private static string Poster()
    {
        StringBuilder svg = new StringBuilder("""<rect width="288" height="288" fill="#fbe9c6"/>""");
        for (int ray = 0; ray < 24; ray += 2)
        {
            (double from, double to) = (Math.PI * ray / 12, Math.PI * (ray + 1) / 12);
            svg.Append(
                CultureInfo.InvariantCulture,
                $"""<path d="M144,150 L{144 + (260 * Math.Cos(from)):0.0},{150 + (260 * Math.Sin(from)):0.0} L{144 + (260 * Math.Cos(to)):0.0},{150 + (260 * Math.Sin(to)):0.0} Z" fill="#f0a03c"/>"""
            );
        }

        svg.Append(
            """<circle cx="144" cy="150" r="70" fill="#b41e28"/><circle cx="144" cy="150" r="62" fill="none" stroke="#fbe9c6" stroke-width="2"/>"""
        );
        svg.Append(StrokeLetters.Line("HELLO", 70, 20, 34, "#14283c", 8)).Append(StrokeLetters.Line("R-22", 108, 132, 26, "#fff", 5));
        for (int line = 0; line < 5; line++)
        {
            svg.Append(
                StrokeLetters.Line(Words(31 + line, 34), 16, 236 + (line * 10), 5 + (line * 0.5), line == 2 ? "#b41e28" : "#14283c", 0.9)
            );
        }

        return Whole(svg);
    }

    private static string Windows()
    {
        StringBuilder svg = new StringBuilder("""<rect width="288" height="288" fill="#2d6ea0"/>""");
        for (int window = 0; window < 2; window++)
        {
            (int x, int y, int wide, int high) = window == 0 ? (8, 10, 200, 170) : (76, 92, 204, 180);
            svg.Append(
                CultureInfo.InvariantCulture,
                $"""<rect x="{x}" y="{y}" width="{wide}" height="{high}" fill="#f0f0f0" stroke="#404040"/><rect x="{x}" y="{y}" width="{wide}" height="16" fill="{(window == 0 ? "#9aa4b0" : "#10407c")}"/>"""
            );
            svg.Append(StrokeLetters.Line(window == 0 ? "LIST.TXT" : "PREFERENCES", x + 6, y + 5, 7, "#fff", 1));
            svg.Append(
                CultureInfo.InvariantCulture,
                $"""<path d="M{x + wide - 12.5},{y + 4.5} l7,7 m0,-7 l-7,7" stroke="#fff"/><rect x="{x + 5.5}" y="{y + 22.5}" width="{wide - 11}" height="{high - 52}" fill="#fff" stroke="#808080"/>"""
            );
            for (int row = 0; row < (high - 60) / 11; row++)
            {
                int top = y + 27 + (row * 11);
                if (row == 3)
                {
                    svg.Append(
                        CultureInfo.InvariantCulture,
                        $"""<rect x="{x + 6}" y="{top - 2}" width="{wide - 12}" height="11" fill="#0a64c8"/>"""
                    );
                }

                svg.Append(
                    CultureInfo.InvariantCulture,
                    $"""<rect x="{x + 9.5}" y="{top + 0.5}" width="6" height="6" fill="none" stroke="#606060"/>"""
                );
                svg.Append(StrokeLetters.Line(Words((window * 50) + row, 24), x + 20, top, 6, row == 3 ? "#fff" : "#101010", 0.9));
            }

            for (int button = 0; button < 2; button++)
            {
                int left = x + wide - 60 - (button * 58);
                svg.Append(
                    CultureInfo.InvariantCulture,
                    $"""<rect x="{left + 0.5}" y="{y + high - 23.5}" width="52" height="16" rx="3" fill="#e1e1e1" stroke="#8c8c8c"/>"""
                );
                svg.Append(
                    StrokeLetters.Line(button == 0 ? "CANCEL" : "OK", left + (button == 0 ? 10 : 20), y + high - 18, 6, "#101010", 1)
                );
            }
        }

        return Whole(svg);
    }

    private static string Editor()
    {
        string[] inks = ["#d4d4d4", "#569cd6", "#ce9178", "#6a9955", "#dcdcaa", "#c586c0"];
        StringBuilder svg = new StringBuilder(
            """<rect width="288" height="288" fill="#1e1e1e"/><rect width="26" height="288" fill="#252526"/><rect x="200" width="88" height="288" fill="#222"/>"""
        );
        for (int row = 0; row < 24; row++)
        {
            int y = 8 + (row * 12);
            if (row == 9)
            {
                svg.Append(CultureInfo.InvariantCulture, $"""<rect x="26" y="{y - 3}" width="174" height="12" fill="#333c4a"/>""");
            }

            svg.Append(StrokeLetters.Line($"{row + 1}", 6, y, 6, "#858585", 0.8));
            double x = 32 + (row % 4 * 8);
            for (int word = 0; word < 4 && x < 150; word++)
            {
                string text = Words((row * 7) + word, 3 + ((row + word) % 6));
                svg.Append(StrokeLetters.Line(text, x, y, 6, inks[(row + (word * 2)) % 6], 0.9));
                x += (text.Length + 1) * 5.4;
            }

            svg.Append(
                CultureInfo.InvariantCulture,
                $"""<rect x="206" y="{y}" width="{12 + (row * 13 % 60)}" height="2" fill="{inks[row % 6]}" fill-opacity="0.7"/>"""
            );
        }

        return Whole(svg);
    }

    private static string Page()
    {
        StringBuilder svg = new StringBuilder(
            """<defs><linearGradient id="a" x1="0" y1="0" x2="1" y2="0"><stop offset="0" stop-color="#5b3df0"/><stop offset="1" stop-color="#e0409a"/></linearGradient></defs><rect width="288" height="288" fill="#fff"/><rect width="288" height="56" fill="url(#a)"/>"""
        );
        svg.Append(StrokeLetters.Line("NEWS TODAY", 14, 18, 18, "#fff", 3))
            .Append(
                """<circle cx="262" cy="28" r="12" fill="#fff"/><path d="M257,28 l4,4 l7,-8" fill="none" stroke="#148246" stroke-width="2"/>"""
            );
        for (int card = 0; card < 4; card++)
        {
            (int x, int y) = (12 + (card % 2 * 136), 70 + (card / 2 * 108));
            svg.Append(
                CultureInfo.InvariantCulture,
                $"""<rect x="{x}" y="{y}" width="128" height="98" rx="6" fill="#f6f7f9" stroke="#d8dce2"/><rect x="{x + 8}" y="{y + 8}" width="36" height="36" rx="4" fill="{_colours[card]}"/><path d="M{x + 12},{y + 38} l8,-14 l7,8 l5,-6 l8,12 Z" fill="#fff"/>"""
            );
            svg.Append(StrokeLetters.Line(Words(200 + card, 11), x + 52, y + 10, 9, "#1a1a1a", 1.5));
            for (int line = 0; line < 6; line++)
            {
                svg.Append(
                    StrokeLetters.Line(
                        Words(210 + (card * 6) + line, line < 2 ? 14 : 23),
                        x + (line < 2 ? 52 : 8),
                        y + 26 + (line * 9),
                        5,
                        "#5a5f66",
                        0.7
                    )
                );
            }

            svg.Append(CultureInfo.InvariantCulture, $"""<rect x="{x + 84}" y="{y + 80}" width="36" height="12" rx="6" fill="#1464b4"/>""")
                .Append(StrokeLetters.Line("MORE", x + 92, y + 83.5, 5, "#fff", 0.9));
        }

        return Whole(svg);
    }

    private static string Arcs()
    {
        StringBuilder svg = new StringBuilder("""<rect width="288" height="288" fill="#fff"/><g fill="none" stroke="#000">""");
        for (int ring = 1; ring < 26; ring++)
        {
            svg.Append(
                CultureInfo.InvariantCulture,
                $"""<circle cx="100" cy="100" r="{ring * 4}" stroke-width="{0.5 + (ring % 5 * 0.3)}"/>"""
            );
        }

        for (int spoke = 0; spoke < 40; spoke++)
        {
            double angle = Math.PI * spoke / 78;
            svg.Append(
                CultureInfo.InvariantCulture,
                $"""<path d="M280,280 L{280 - (190 * Math.Cos(angle)):0.00},{280 - (190 * Math.Sin(angle)):0.00}" stroke-width="{1 + (spoke % 3 * 0.5)}"/>"""
            );
        }

        return Whole(svg.Append("""<path d="M10,280 C60,160 180,300 282,12 M14,284 C70,170 186,300 286,20" stroke-width="1"/></g>"""));
    }

    private static string Hatching()
    {
        StringBuilder svg = new StringBuilder(
            """<rect width="288" height="288" fill="#fbf8f0"/><defs><clipPath id="a"><circle cx="144" cy="130" r="100"/></clipPath><clipPath id="b"><path d="M0,230 H288 V288 H0 Z"/></clipPath></defs><g stroke="#1c1a18" fill="none"><g clip-path="url(#a)">"""
        );
        for (int line = 0; line < 90; line++)
        {
            // Strokes swell towards the dark side, as an engraver's do.
            svg.Append(
                CultureInfo.InvariantCulture,
                $"""<path d="M{40 + (line * 2.4):0.0},20 q{-20 + (line * 0.4):0.0},110 {-6 + (line * 0.1):0.0},222" stroke-width="{0.4 + (line * 0.012):0.00}"/>"""
            );
            if (line > 40)
            {
                svg.Append(
                    CultureInfo.InvariantCulture,
                    $"""<path d="M{100 + (line * 0.5):0.0},{line * 2.6:0.0} q60,20 120,-6" stroke-width="0.7"/>"""
                );
            }
        }

        svg.Append("""</g><circle cx="144" cy="130" r="100" stroke-width="1.6"/><g clip-path="url(#b)">""");
        for (int line = 0; line < 60; line++)
        {
            svg.Append(
                CultureInfo.InvariantCulture,
                $"""<path d="M{line * 5.1:0.0},226 l-14,66" stroke-width="0.8"/><path d="M0,{232 + (line * 2)} h288" stroke-width="0.5"/>"""
            );
        }

        return Whole(svg.Append("</g></g>"));
    }

    private static string Plan()
    {
        StringBuilder svg = new StringBuilder(
            """<rect width="288" height="288" fill="#fff"/><g fill="none" stroke="#101010"><path d="M30,30 H258 V220 H30 Z M30,120 H140 V30 M140,80 h30 M190,80 H258 M140,120 V220 M180,220 v-60 h78" stroke-width="3"/><path d="M140,80 a30,30 0 0 1 30,-30 M140,150 a30,30 0 0 0 30,30" stroke-width="1"/><path d="M30,244 H258 M30,238 v12 M140,238 v12 M258,238 v12 M268,30 V220 M262,30 h12 M262,220 h12" stroke-width="0.8"/>"""
        );
        for (int step = 0; step < 12; step++)
        {
            svg.Append(
                CultureInfo.InvariantCulture,
                $"""<path d="M{186 + (step * 6)},164 v50" stroke-width="0.7"/><circle cx="{50 + (step % 4 * 22)}" cy="{146 + (step / 4 * 24)}" r="{4 + (step % 3)}" stroke-width="1"/><path d="M{36 + (step * 8)},36 l8,8" stroke-width="0.5"/>"""
            );
        }

        svg.Append("</g>");
        svg.Append(StrokeLetters.Line("3.20", 74, 252, 8, "#101010", 1))
            .Append(StrokeLetters.Line("4.15", 186, 252, 8, "#101010", 1))
            .Append(StrokeLetters.Line("KITCHEN", 52, 76, 8, "#101010", 1));
        svg.Append(StrokeLetters.Line("HALL 12.4", 186, 110, 7, "#101010", 0.8))
            .Append(StrokeLetters.Line("SCALE 1:50  SHEET 07/12", 30, 270, 6, "#101010", 0.7));
        return Whole(svg);
    }

    // A map of 16 x 16 tiles of six kinds, four shades each.
    private static byte[] Tiles(int seed)
    {
        (int R, int G, int B)[][] palettes =
        [
            [(34, 92, 40), (52, 124, 52), (88, 160, 64), (140, 196, 88)],
            [(24, 48, 112), (40, 80, 160), (72, 128, 208), (160, 208, 240)],
            [(80, 48, 24), (120, 76, 40), (168, 116, 64), (216, 168, 104)],
            [(56, 56, 64), (96, 96, 108), (144, 144, 156), (208, 208, 216)],
            [(96, 20, 20), (160, 40, 32), (216, 80, 48), (248, 176, 80)],
            [(40, 16, 56), (80, 40, 104), (136, 80, 160), (216, 160, 224)],
        ];
        byte[] rgb = new byte[Side * Side * 3];
        for (int tile = 0; tile < Side / 16 * (Side / 16); tile++)
        {
            (int left, int top) = (tile % (Side / 16) * 16, tile / (Side / 16) * 16);
            SampleRandom random = new SampleRandom(seed, tile, 0);
            int kind = random.NextInt(palettes.Length),
                form = random.NextInt(4);
            for (int y = 0; y < 16; y++)
            {
                for (int x = 0; x < 16; x++)
                {
                    int shade = form switch
                    {
                        0 => y % 8 == 0 || (x + (y / 8 * 8)) % 16 == 0 ? 0
                        : y % 8 == 1 ? 3
                        : 2,
                        1 => random.NextInt(10) == 0 ? 3 : 1 + random.NextInt(2),
                        2 => ((x - 8) * (x - 8)) + ((y - 8) * (y - 8)) < 40 ? (x + y < 14 ? 3 : 2) : 0,
                        _ => (x + (2 * y)) / 3 % 4,
                    };
                    Put(rgb, left + x, top + y, palettes[kind][shade]);
                }
            }
        }

        return rgb;
    }

    // Mirrored figures of 12 x 12 own pixels with dark outlines, on a flat ground; one pixel is one sample.
    private static byte[] Sprites(int seed)
    {
        byte[] rgb = new byte[Side * Side * 3];
        for (int index = 0; index < Side * Side; index++)
        {
            Put(rgb, index % Side, index / Side, (92, 148, 252));
        }

        const int Step = 18;
        for (int sprite = 0; sprite < Side / Step * (Side / Step); sprite++)
        {
            SampleRandom random = new SampleRandom(seed, sprite, 0);
            (int R, int G, int B) body = (80 + random.NextInt(176), 40 + random.NextInt(200), 40 + random.NextInt(200));
            bool[,] solid = new bool[14, 14];
            for (int cell = 0; cell < 72; cell++)
            {
                (int x, int y) = (cell % 6, cell / 6);
                bool filled = random.NextDouble() < 0.78 - (0.07 * Math.Abs(y - 6)) + (0.05 * x);
                (solid[y + 1, x + 1], solid[y + 1, 12 - x]) = (filled, filled);
            }

            for (int y = 0; y < 14; y++)
            {
                for (int x = 0; x < 14; x++)
                {
                    bool beside =
                        (x > 0 && solid[y, x - 1])
                        || (x < 13 && solid[y, x + 1])
                        || (y > 0 && solid[y - 1, x])
                        || (y < 13 && solid[y + 1, x]);
                    if (solid[y, x] || beside)
                    {
                        int light = solid[y, x] && y > 0 && !solid[y - 1, x] ? 60 : 0;
                        Put(
                            rgb,
                            (sprite % (Side / Step) * Step) + 2 + x,
                            (sprite / (Side / Step) * Step) + 2 + y,
                            solid[y, x]
                                ? (Math.Min(body.R + light, 255), Math.Min(body.G + light, 255), Math.Min(body.B + light, 255))
                                : (16, 16, 24)
                        );
                    }
                }
            }
        }

        return rgb;
    }

    // A sky in eight colours by an ordered pattern, and a skyline with lit windows.
    private static byte[] Dithered()
    {
        int[] order = [0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5];
        (int R, int G, int B)[] sky =
        [
            (16, 12, 48),
            (40, 20, 80),
            (84, 32, 104),
            (140, 44, 104),
            (196, 72, 88),
            (232, 116, 72),
            (248, 172, 84),
            (252, 224, 144),
        ];
        byte[] rgb = new byte[Side * Side * 3];
        for (int y = 0; y < Side; y++)
        {
            for (int x = 0; x < Side; x++)
            {
                double level = y * 7.0 / Side;
                int shade = (int)level + ((level - Math.Floor(level)) * 16 > order[(y % 4 * 4) + (x % 4)] ? 1 : 0);
                Put(rgb, x, y, sky[shade]);
            }
        }

        SampleRandom random = new SampleRandom(5, 0, 0);
        for (int left = 0; left < Side;)
        {
            int wide = 14 + random.NextInt(26),
                top = 110 + random.NextInt(120);
            for (int y = top; y < Side; y++)
            {
                for (int x = left; x < Math.Min(left + wide, Side); x++)
                {
                    bool pane = (x - left) % 5 is 2 or 3 && (y - top) % 7 is 3 or 4 or 5;
                    bool lit = new SampleRandom(left, (x - left) / 5, (y - top) / 7).NextInt(3) == 0;
                    Put(
                        rgb,
                        x,
                        y,
                        pane && lit ? (255, 220, 104)
                            : pane ? (36, 36, 60)
                            : x == left ? (60, 52, 84)
                            : (20, 18, 36)
                    );
                }
            }

            left += wide;
        }

        return rgb;
    }

    private static void Put(byte[] rgb, int x, int y, (int R, int G, int B) colour)
    {
        int at = ((y * Side) + x) * 3;
        (rgb[at], rgb[at + 1], rgb[at + 2]) = ((byte)colour.R, (byte)colour.G, (byte)colour.B);
    }

    private static string Words(int seed, int length)
    {
        SampleRandom random = new SampleRandom(seed, 3, 1);
        StringBuilder text = new StringBuilder(length);
        for (int left = 2 + random.NextInt(6); text.Length < length; left--)
        {
            if (left == 0 && text.Length < length - 1)
            {
                text.Append(' ');
                left = 3 + random.NextInt(6);
            }

            text.Append(StrokeLetters.Alphabet[random.NextInt(random.NextInt(8) == 0 ? StrokeLetters.Alphabet.Length : 26)]);
        }

        return text.ToString();
    }

    internal static string Whole(StringBuilder elements) =>
        FormattableString.Invariant(
            $"""<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {Side} {Side}" width="{Side}" height="{Side}">{elements}</svg>"""
        );
}
