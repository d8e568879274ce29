// One text file for a person to read: the licence page of the installer shows it, and every archive carries it.
using System.Text;

namespace RsrPlugins.Release;

/// <summary>THIRD-PARTY-NOTICES.txt.</summary>
internal static class ThirdPartyNotices
{
    private static readonly string _rule = new('=', 100);

    public static string Write(string product, IEnumerable<Component> components, string remarks)
    {
        StringBuilder text = new StringBuilder();
        Line($"Third-party notices of {product}");
        Line();
        Line($"{product} is under the licence in LICENSE.txt. It contains work of third parties under the licences below.");
        if (remarks.Length > 0)
        {
            Line();
            Line(remarks.Trim());
        }

        foreach (Component component in components)
        {
            Line();
            Line(_rule);
            Line($"{component.Name} {component.Version}");
            Line(component.Copyright);
            Line($"Licence: {component.Licence}");
            if (component.ProjectUrl is { Length: > 0 } url)
            {
                Line(url);
            }

            foreach ((string title, string body) in component.Texts)
            {
                Line();
                Line($"--- {title}");
                Line();
                Line(body.Trim('\uFEFF').ReplaceLineEndings("\n").Trim());
            }
        }

        return text.ToString();

        void Line(string line = "") => text.Append(line).Append('\n');
    }
}
