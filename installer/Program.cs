// Makes the release: dotnet run -c Release --project installer. One program for Linux and Windows, so that both make the same.
// It reads top to bottom in the order in which things are made; docs/release.md says what each file is for.
using RsrPlugins.Release;

string nativeRuntime = "npm";
bool linuxOnly = false;
for (int i = 0; i < args.Length; i++)
{
    switch (args[i])
    {
        case "--native-runtime" when i + 1 < args.Length && args[i + 1] is "npm" or "nuget":
            nativeRuntime = args[++i];
            break;
        case "--only" when i + 1 < args.Length && args[i + 1] is "linux-x64":
            linuxOnly = true;
            i++;
            break;
        default:
            Console.Error.WriteLine(
                $"Unknown argument: {args[i]}. Usage: dotnet run -c Release --project installer [-- --native-runtime npm|nuget | --only linux-x64]"
            );
            return 2;
    }
}

try
{
    ReleaseBuilder builder = new(Repository.Find(Environment.CurrentDirectory), nativeRuntime);
    if (linuxOnly)
    {
        builder.BuildForLinux();
    }
    else
    {
        builder.Build();
    }

    return 0;
}
catch (ReleaseException error)
{
    Console.Error.WriteLine($"release: {error.Message}");
    return 1;
}
