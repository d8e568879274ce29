// The detector is tried on circles that stand here, or a test that finds none would prove nothing.
namespace RsrPlugins.Core.Tests
{
    public class NamespaceGraphTests
    {
        [Fact]
        public void A_circle_through_a_field_and_a_method_body_is_found()
        {
            IReadOnlyList<string> circle = Graph("One", "Two").FindCircle();
            Assert.Equal(2, circle.Count);
            Assert.Contains(circle, line => line.Contains("Holder uses Caller", StringComparison.Ordinal));
            Assert.Contains(circle, line => line.Contains("uses Holder", StringComparison.Ordinal));
        }

        [Fact]
        public void One_way_is_no_circle() => Assert.Empty(Graph("One", "Three").FindCircle());

        // With what the compiler makes of lambdas.
        private static NamespaceGraph Graph(params string[] names) =>
            new NamespaceGraph().Add(
                typeof(NamespaceGraphTests)
                    .Assembly.GetTypes()
                    .Where(type => names.Any(name => type.Namespace == $"RsrPlugins.Core.Tests.Circle.{name}"))
            );

        [Fact]
        public void A_using_for_a_constant_counts()
        {
            string folder = Directory.CreateTempSubdirectory("rsr-namespaces-").FullName;
            try
            {
                string one = Path.Combine(folder, "One.cs"),
                    two = Path.Combine(folder, "Two.cs");
                File.WriteAllText(one, "using Root.B;\n\nnamespace Root.A;\n");
                File.WriteAllText(two, "using System;\nusing Root.A;\n\nnamespace Root.B;\n");
                Assert.Equal(2, new NamespaceGraph().AddSources([one, two], "Root").FindCircle().Count);
                Assert.Empty(new NamespaceGraph().AddSources([one], "Root").FindCircle());
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }
}

#pragma warning disable IDE0130 // The namespaces are what is tested.
namespace RsrPlugins.Core.Tests.Circle.One
{
    internal sealed class Holder
    {
        public List<Two.Caller[]> Field { get; } = [];

        public static int Value() => Environment.TickCount;
    }
}

namespace RsrPlugins.Core.Tests.Circle.Two
{
    internal sealed class Caller
    {
        public static int Twice() => new[] { 1 }.Sum(_ => 2 * One.Holder.Value());
    }
}

namespace RsrPlugins.Core.Tests.Circle.Three
{
    internal sealed class User
    {
        public static int Twice() => 2 * One.Holder.Value();
    }
}
#pragma warning restore IDE0130
