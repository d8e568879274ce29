// Letters made of strokes, because fonts differ between machines and a benchmark's pictures must not.
using System.Globalization;
using System.Text;

namespace RsrPlugins.Trainer.Experiments.Ordinary;

/// <summary>Capitals, digits and some signs as SVG paths on a grid 4 wide and 6 high.</summary>
internal static class StrokeLetters
{
    // Strokes are separated by blanks; each is a list of points, two digits a point: across, then down.
    private static readonly Dictionary<char, string> _strokes = new()
    {
        ['A'] = "062046 1434",
        ['B'] = "060030414233 033344453606",
        ['C'] = "4130100105163645",
        ['D'] = "00204244260600",
        ['E'] = "40000646 0333",
        ['F'] = "400006 0333",
        ['G'] = "41301001051636454323",
        ['H'] = "0006 4046 0343",
        ['I'] = "2026",
        ['J'] = "4045361605",
        ['K'] = "0006 400346",
        ['L'] = "000646",
        ['M'] = "0600234046",
        ['N'] = "06004640",
        ['O'] = "103041453616050110",
        ['P'] = "06003041423303",
        ['Q'] = "103041453616050110 2446",
        ['R'] = "06003041423303 2346",
        ['S'] = "413010010213334445361605",
        ['T'] = "0040 2026",
        ['U'] = "000516364540",
        ['V'] = "002640",
        ['W'] = "0016233640",
        ['X'] = "0046 4006",
        ['Y'] = "002340 2326",
        ['Z'] = "00400646",
        ['0'] = "103041453616050110 0541",
        ['1'] = "112026",
        ['2'] = "01103041420646",
        ['3'] = "004022324345361605",
        ['4'] = "36300444",
        ['5'] = "4000023243453616",
        ['6'] = "41301001051636454433 3304",
        ['7'] = "004016",
        ['8'] = "103041423313020110 1304051636454433",
        ['9'] = "051636454130100102134342",
        ['.'] = "2526",
        [','] = "2516",
        ['-'] = "1333",
        ['/'] = "4006",
        [':'] = "2122 2425",
        ['='] = "1232 1434",
        ['('] = "30212536",
        [')'] = "10212516",
        [' '] = string.Empty,
    };

    /// <summary>The letters a text may be made of, without the blank.</summary>
    internal const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,-/:=()";

    /// <summary>One line of text as an SVG path; its upper left corner is (x, y).</summary>
    /// <param name="high">Height of the letters in pixels; they advance by its eight ninths.</param>
    /// <param name="stroke">Width of the strokes in pixels.</param>
    internal static string Line(string text, double x, double y, double high, string colour, double stroke)
    {
        StringBuilder path = new StringBuilder();
        double unit = high / 6;
        for (int index = 0; index < text.Length; index++)
        {
            double left = x + (index * unit * 5.4);
            foreach (string points in _strokes[text[index]].Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                for (int at = 0; at + 1 < points.Length; at += 2)
                {
                    path.Append(
                        CultureInfo.InvariantCulture,
                        $"{(at == 0 ? 'M' : 'L')}{left + ((points[at] - '0') * unit):0.##},{y + ((points[at + 1] - '0') * unit):0.##}"
                    );
                }
            }
        }

        return FormattableString.Invariant(
            $"""<path d="{path}" fill="none" stroke="{colour}" stroke-width="{stroke}" stroke-linecap="round" stroke-linejoin="round"/>"""
        );
    }
}
